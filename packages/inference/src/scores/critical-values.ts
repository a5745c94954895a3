import { err, ok, type Result } from '@holdfast/kernel';
import { element, listElement, numberElement, textElement } from '../fhir-reading.ts';
import { CRITICAL_VALUES, type CriticalRow, type Limits } from './critical-values-table.ts';
import type { AbsentReason, ScoreOutput, ScorePart } from './score-output.ts';

/** A result in its row's unit. Null value: it could not be read, for the reason given. */
export interface LabReading {
  readonly code: string;
  readonly value: number | null;
  /** What `<` or `>` before the value leaves open; exact: nothing. */
  readonly bound: 'exact' | 'at-most' | 'at-least';
  /** Upper end of the result's own reference range, in the same unit. */
  readonly referenceHigh: number | null;
  readonly absent: AbsentReason | null;
}

export interface CriticalValuesInput {
  /** Whole years; null where the birth date is unknown. */
  readonly age: number | null;
  readonly readings: readonly LabReading[];
  /** The laboratory's own LL, HH or AA. */
  readonly flagged: boolean;
}

/** 2 is critical, 1 urgent. */
type Severity = 0 | 1 | 2;

export function rowOf(code: string): CriticalRow | undefined {
  return CRITICAL_VALUES.rows.find((row) => row.codes.includes(code));
}

/** A value with a bound says something about one side only. */
function isBeyond(limits: Limits, { value, bound }: LabReading): boolean {
  if (value === null) return false;
  const low = bound !== 'at-least';
  const high = bound !== 'at-most';
  return (
    (low && limits.atMost !== undefined && value <= limits.atMost) ||
    (low && limits.below !== undefined && value < limits.below) ||
    (high && limits.atLeast !== undefined && value >= limits.atLeast) ||
    (high && limits.above !== undefined && value > limits.above)
  );
}

function severityOf(row: CriticalRow, reading: LabReading): Severity {
  if (isBeyond(row.critical, reading)) return 2;
  if (isBeyond(row.urgent, reading)) return 1;
  const { referenceHigh } = reading;
  const overReference = referenceHigh !== null && isBeyond({ above: referenceHigh }, reading);
  return row.byReferenceRange === true && overReference ? 1 : 0;
}

function partOf(reading: LabReading, age: number | null): ScorePart {
  const row = rowOf(reading.code);
  const bare = { code: reading.code, name: row?.analyte ?? reading.code, value: reading.value };
  if (row === undefined || reading.value === null) {
    return { ...bare, points: null, absent: reading.absent ?? 'not-given' };
  }
  // With the age unknown the adult's limits are applied: an unknown patient is not a well one.
  if (age !== null && (age < row.ages.from || age > row.ages.to)) {
    return { ...bare, points: null, absent: 'age-not-covered' };
  }
  return { ...bare, points: severityOf(row, reading) };
}

const BANDS = ['not critical', 'urgent', 'critical'] as const;

/**
 * The most urgent of the laboratory's own flag, which knows its method, and of our limits. A value
 * that can't be read is never a normal one: there is then no total.
 */
export function scoreCriticalValues(input: CriticalValuesInput): ScoreOutput {
  const source = `${CRITICAL_VALUES.id}@${CRITICAL_VALUES.version}`;
  const parts = input.readings.map((reading) => partOf(reading, input.age));
  const points = parts.flatMap((part) => (part.points === null ? [] : [part.points]));
  const lowerBound = input.flagged ? 2 : Math.max(0, ...points);
  const flags: string[] = [];
  if (input.flagged) flags.push('flagged-by-laboratory');
  if (input.age === null) flags.push('age-unknown');
  for (const { absent } of parts) if (absent !== undefined) flags.push(absent);
  const evaluable = input.flagged || points.length > 0;
  return {
    score: source,
    evaluable,
    total: input.flagged || points.length === parts.length ? lowerBound : null,
    lowerBound,
    band: evaluable ? (BANDS[lowerBound] ?? 'critical') : 'not evaluable',
    parts,
    flags: [...new Set(flags)],
    signals: evaluable ? [{ id: 'critical-value', value: lowerBound, source }] : [],
  };
}

const BOUNDS = new Set(['exact', 'at-most', 'at-least']);

function readReading(given: unknown): LabReading | null {
  const [code, bound] = [textElement(given, 'code'), textElement(given, 'bound') ?? ''];
  if (code === undefined || !BOUNDS.has(bound)) return null;
  const absent = textElement(given, 'absent') ?? null;
  return {
    code,
    value: numberElement(given, 'value') ?? null,
    bound: bound as LabReading['bound'],
    referenceHigh: numberElement(given, 'referenceHigh') ?? null,
    absent: absent as AbsentReason | null,
  };
}

/** Reads an input that came over a process boundary. Error: what is wrong with it. */
export function readCriticalValuesInput(given: unknown): Result<CriticalValuesInput, string> {
  const readings: LabReading[] = [];
  for (const each of listElement(given, 'readings')) {
    const reading = readReading(each);
    if (reading === null) return err('a reading lacks its code or its bound');
    readings.push(reading);
  }
  const flagged = element(given, 'flagged') === true;
  return ok({ age: numberElement(given, 'age') ?? null, readings, flagged });
}
