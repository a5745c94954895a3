import ucum from '@lhncbc/ucum-lhc';
import { MAX_CACHED_UNITS, MAX_UNIT_CHARACTERS } from '../limits.ts';
import { hasUcumSyntax } from './ucum-syntax.ts';

export const UCUM = 'http://unitsofmeasure.org';

export interface CanonicalUnit {
  /** UCUM's base units with their exponents in alphabetical order: `g.m-3`, `1` for a pure number. */
  readonly code: string;
  /** The value in base units, to 12 significant digits: one value written in two units is equal. */
  inBase(value: number): number;
}

const SIGNIFICANT_DIGITS = 12;
const known = new Map<string, CanonicalUnit | null>();

/**
 * A UCUM unit in base units (https://ucum.org/ucum, section 4). Each unit is looked up once.
 * @returns undefined for text that is no unit, for an arbitrary unit such as `[iU]`, and for a scale
 * that is not linear (`[pH]`, `dB`): such quantities are compared in their own unit only.
 */
export function canonicalUnit(unit: string): CanonicalUnit | undefined {
  if (unit.length > MAX_UNIT_CHARACTERS || !hasUcumSyntax(unit)) return undefined;
  const cached = known.get(unit);
  if (cached !== undefined) return cached ?? undefined;
  const made = lookUp(unit);
  if (known.size < MAX_CACHED_UNITS) known.set(unit, made ?? null);
  return made;
}

function lookUp(unit: string): CanonicalUnit | undefined {
  const utils = ucum.UcumLhcUtils.getInstance();
  const exponents = utils.convertToBaseUnits(unit, 1).unitToExp;
  const [zero, one, two] = [0, 1, 2].map((value) => {
    if (exponents === undefined) return undefined;
    const { status, magnitude } = utils.convertToBaseUnits(unit, value);
    return status === 'succeeded' ? magnitude : undefined;
  });
  if (zero === undefined || one === undefined || two === undefined || exponents === undefined) {
    return undefined;
  }
  const factor = one - zero;
  const linear = factor > 0 && Math.abs(two - zero - 2 * factor) <= 1e-9 * factor;
  if (!linear) return undefined;
  return {
    code: codeOf(exponents),
    inBase: (value) => Number((zero + value * factor).toPrecision(SIGNIFICANT_DIGITS)),
  };
}

function codeOf(exponents: Readonly<Record<string, number>>): string {
  const parts = Object.entries(exponents)
    .filter(([, exponent]) => exponent !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([base, exponent]) => (exponent === 1 ? base : `${base}${exponent}`));
  return parts.length === 0 ? '1' : parts.join('.');
}
