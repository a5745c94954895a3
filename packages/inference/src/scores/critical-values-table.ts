import type { AcceptedUnits } from './quantity.ts';

/** Where a value stands: at or beyond a limit, or strictly beyond it. Absent limits don't exist. */
export interface Limits {
  readonly atMost?: number;
  readonly below?: number;
  readonly atLeast?: number;
  readonly above?: number;
}

/** One analyte for one age group, in one unit. */
export interface CriticalRow {
  readonly analyte: string;
  /** LOINC codes that measure it in the sense of this row. */
  readonly codes: readonly string[];
  /** UCUM codes with their way into the unit of the limits. */
  readonly units: AcceptedUnits;
  /** Whole years, inclusive. */
  readonly ages: { readonly from: number; readonly to: number };
  readonly critical: Limits;
  readonly urgent: Limits;
  /** No fixed limit holds across assays: the result's own reference range decides what is urgent. */
  readonly byReferenceRange?: true;
}

const same = (value: number): number => value;
const times =
  (factor: number) =>
  (value: number): number =>
    value * factor;

const MILLIMOLES: AcceptedUnits = { 'mmol/L': same, 'meq/L': same };
/** 1 mmol/L of glucose is 18.016 mg/dL, of calcium 4.008, of magnesium 2.4305 (molar masses). */
const milligrams = (perMillimole: number): AcceptedUnits => ({
  'mg/dL': same,
  'mmol/L': times(perMillimole),
});
const THOUSANDS: AcceptedUnits = { '10*3/uL': same, '10*9/L': same, '/uL': times(0.001) };
/** INR and pH have no unit; UCUM writes that as 1, as an annotation or as [pH]. */
const UNITY: AcceptedUnits = { '1': same, '': same, '[pH]': same };

const ADULTS = { from: 18, to: 150 } as const;

/**
 * Adult limits at which laboratories commonly telephone a result, and wider ones at which somebody
 * should look soon. Published lists differ (Houston Methodist, Main Line Health, Starling, Homerton,
 * Royal Melbourne, Ansari, Apex): these lie within their spread and are to be replaced by the
 * site's own list. There are no rows for children and newborns, whose limits differ by age.
 */
export const CRITICAL_VALUES = {
  id: 'critical-values',
  version: '1',
  rows: [
    {
      analyte: 'potassium',
      codes: ['2823-3', '6298-4'],
      units: MILLIMOLES,
      ages: ADULTS,
      critical: { atMost: 2.5, atLeast: 6.5 },
      urgent: { below: 3, atLeast: 6 },
    },
    {
      analyte: 'sodium',
      codes: ['2951-2', '2947-0'],
      units: MILLIMOLES,
      ages: ADULTS,
      critical: { atMost: 120, atLeast: 160 },
      urgent: { below: 125, above: 155 },
    },
    {
      analyte: 'glucose',
      codes: ['2345-7', '14749-6', '2339-0'],
      units: milligrams(18.016),
      ages: ADULTS,
      critical: { atMost: 40, atLeast: 500 },
      urgent: { atMost: 50, above: 400 },
    },
    {
      analyte: 'calcium',
      codes: ['17861-6', '2000-8'],
      units: milligrams(4.008),
      ages: ADULTS,
      critical: { atMost: 6, atLeast: 14 },
      urgent: { atMost: 6.5, atLeast: 13 },
    },
    {
      analyte: 'lactate',
      codes: ['2524-7'],
      units: { 'mmol/L': same },
      ages: ADULTS,
      critical: { atLeast: 4 },
      urgent: { atLeast: 2 },
    },
    {
      analyte: 'haemoglobin',
      codes: ['718-7'],
      units: { 'g/dL': same, 'g/L': times(0.1) },
      ages: ADULTS,
      critical: { atMost: 6 },
      urgent: { atMost: 7, atLeast: 20 },
    },
    {
      analyte: 'platelets',
      codes: ['777-3'],
      units: THOUSANDS,
      ages: ADULTS,
      critical: { atMost: 20 },
      urgent: { atMost: 50, atLeast: 1_000 },
    },
    {
      analyte: 'leucocytes',
      codes: ['6690-2'],
      units: THOUSANDS,
      ages: ADULTS,
      critical: { atMost: 1 },
      urgent: { atMost: 2, atLeast: 30 },
    },
    {
      analyte: 'INR',
      codes: ['6301-6'],
      units: UNITY,
      ages: ADULTS,
      critical: { atLeast: 6 },
      urgent: { above: 5 },
    },
    {
      analyte: 'arterial pH',
      codes: ['2744-1'],
      units: UNITY,
      ages: ADULTS,
      critical: { atMost: 7.1, atLeast: 7.6 },
      urgent: { atMost: 7.2 },
    },
    {
      analyte: 'magnesium',
      codes: ['19123-9', '2601-3'],
      units: milligrams(2.4305),
      ages: ADULTS,
      critical: { atMost: 0.8, atLeast: 5 },
      urgent: { atMost: 1, atLeast: 4 },
    },
    {
      analyte: 'troponin I',
      codes: ['10839-9', '89579-7'],
      units: { 'ng/mL': times(1_000), 'ug/L': times(1_000), 'ng/L': same, 'pg/mL': same },
      ages: ADULTS,
      critical: {},
      urgent: {},
      byReferenceRange: true,
    },
  ] satisfies readonly CriticalRow[] as readonly CriticalRow[],
} as const;
