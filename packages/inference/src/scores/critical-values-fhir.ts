import { criticalFlagSignals } from '../clinical/critical-flag.ts';
import {
  codesOf,
  element,
  type FhirResource,
  isReleasedObservation,
  LOINC,
  listElement,
  numberElement,
  textElement,
} from '../fhir-reading.ts';
import {
  type CriticalValuesInput,
  type LabReading,
  rowOf,
  scoreCriticalValues,
} from './critical-values.ts';
import type { CriticalRow } from './critical-values-table.ts';
import { ageAt } from './patient-age.ts';
import { readQuantity } from './quantity.ts';

const BOUND_OF: Readonly<Record<string, LabReading['bound']>> = {
  '<': 'at-most',
  '<=': 'at-most',
  '>': 'at-least',
  '>=': 'at-least',
};

/** `<0.5` is a fact about a low limit, so the comparator is read here instead of refused. */
function readingOf(row: CriticalRow, code: string, node: unknown): LabReading {
  const quantity = element(node, 'valueQuantity');
  const comparator = textElement(quantity, 'comparator');
  const bound = comparator === undefined ? 'exact' : BOUND_OF[comparator];
  const exact =
    typeof quantity === 'object' && quantity !== null
      ? { ...quantity, comparator: undefined }
      : quantity;
  const bare = { code, bound: bound ?? 'exact', referenceHigh: referenceHigh(row, node) };
  if (bound === undefined) return { ...bare, value: null, absent: 'inexact' };
  const value = readQuantity(exact, row.units);
  return value.ok
    ? { ...bare, value: value.value, absent: null }
    : { ...bare, value: null, absent: value.error };
}

/** The highest end that the result states for itself; ranges for others can't be told apart. */
function referenceHigh(row: CriticalRow, node: unknown): number | null {
  const highs = listElement(node, 'referenceRange').flatMap((range) => {
    const high = element(range, 'high');
    const value = readQuantity(high, row.units);
    return value.ok && numberElement(high, 'value') !== undefined ? [value.value] : [];
  });
  return highs.length === 0 ? null : Math.max(...highs);
}

function readingsIn(observation: FhirResource): readonly LabReading[] {
  return [observation, ...listElement(observation, 'component')].flatMap((node) =>
    codesOf(element(node, 'code'), LOINC).flatMap((code) => {
      const row = rowOf(code);
      return row === undefined ? [] : [readingOf(row, code, node)];
    }),
  );
}

export function criticalValuesInput(
  observation: FhirResource,
  given: { readonly patient: FhirResource | undefined; readonly atMs: number },
): CriticalValuesInput {
  return {
    age: ageAt(given.patient, given.atMs),
    readings: readingsIn(observation),
    flagged: criticalFlagSignals(observation).length > 0,
  };
}

/**
 * True for a released Observation that its laboratory flagged, that lies beyond a limit, or whose
 * value can't be read: not every normal result calls for a statement.
 */
export function callsForAttention(observation: FhirResource): boolean {
  if (!isReleasedObservation(observation)) return false;
  const input = criticalValuesInput(observation, { patient: undefined, atMs: 0 });
  const output = scoreCriticalValues(input);
  return output.lowerBound > 0 || output.parts.some(({ absent }) => absent !== undefined);
}
