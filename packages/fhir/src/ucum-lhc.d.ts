/** The part of the library this package calls; it ships no types. */
declare module '@lhncbc/ucum-lhc' {
  interface BaseUnits {
    readonly status: 'succeeded' | 'failed' | 'invalid' | 'error';
    /** The value in base units. */
    readonly magnitude?: number;
    /** Exponents of the base units, e.g. `{ m: -3, g: 1 }`. */
    readonly unitToExp?: Readonly<Record<string, number>>;
  }
  interface UcumUtils {
    convertToBaseUnits(fromUnit: string, fromValue: number): BaseUnits;
    convertUnitTo(
      fromUnit: string,
      fromValue: number,
      toUnit: string,
    ): { readonly status: BaseUnits['status']; readonly toVal: number | null };
  }
  const ucum: { readonly UcumLhcUtils: { getInstance(): UcumUtils } };
  export default ucum;
}
