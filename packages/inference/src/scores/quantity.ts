import { err, ok, type Result } from '@holdfast/kernel';
import { element, numberElement, textElement, UCUM } from '../fhir-reading.ts';
import type { AbsentReason } from './score-output.ts';

/** UCUM codes a score accepts, each with its way into the score's own unit. */
export type AcceptedUnits = Readonly<Record<string, (value: number) => number>>;

const same = (value: number): number => value;

export const PER_MINUTE: AcceptedUnits = { '/min': same, '1/min': same };
export const PERCENT: AcceptedUnits = { '%': same };
export const MILLIMETRES_OF_MERCURY: AcceptedUnits = { 'mm[Hg]': same };
export const LITRES_PER_MINUTE: AcceptedUnits = { 'L/min': same, 'l/min': same };
/** Points of a scale have no unit; UCUM writes that as 1 or as an annotation. */
export const SCORE_POINTS: AcceptedUnits = { '1': same, '': same };
export const CELSIUS: AcceptedUnits = {
  Cel: same,
  '[degF]': (fahrenheit) => ((fahrenheit - 32) * 5) / 9,
};

/**
 * A Quantity in the score's unit. A unit that is not stated in UCUM is unknown: the value is
 * then no value, never a normal one.
 */
export function readQuantity(
  quantity: unknown,
  accepted: AcceptedUnits,
): Result<number, AbsentReason> {
  const value = numberElement(quantity, 'value');
  if (value === undefined) return err('not-a-number');
  if (element(quantity, 'comparator') !== undefined) return err('inexact');
  if (textElement(quantity, 'system') !== UCUM) return err('unit-unknown');
  // Braces hold annotations without meaning: {beats}/min is /min (UCUM section 2.4).
  const unit = (textElement(quantity, 'code') ?? '').replaceAll(/\{[^}]*\}/g, '');
  const convert = Object.hasOwn(accepted, unit) ? accepted[unit] : undefined;
  return convert === undefined ? err('unit-unknown') : ok(convert(value));
}
