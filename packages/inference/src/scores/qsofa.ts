import { ok, type Result } from '@holdfast/kernel';
import { element, numberElement } from '../fhir-reading.ts';
import { roundForChart } from './news2.ts';
import type { AbsentReason, ScoreOutput, ScorePart } from './score-output.ts';

export type QsofaParameter = 'respiration' | 'systolic' | 'mentation';

/** Rate per minute, pressure in mm[Hg]; null is missing. */
export interface QsofaInput {
  readonly age: number | null;
  readonly respiration: number | null;
  readonly systolic: number | null;
  /** Less than alert, or a Glasgow Coma Scale below 15. */
  readonly altered: boolean | null;
  readonly absent: Readonly<Partial<Record<QsofaParameter, AbsentReason>>>;
}

/** One point each. */
export const QSOFA = {
  id: 'qsofa',
  version: '1',
  source: 'Singer and others 2016 (Sepsis-3); Seymour and others 2016',
  minimumAge: 18,
  respirationAtLeast: 22,
  systolicAtMost: 100,
  flagged: 2,
} as const;

function part(
  input: QsofaInput,
  parameter: QsofaParameter,
  given: { readonly code: string; readonly name: string; readonly points: 0 | 1 | null },
): ScorePart {
  const value = parameter === 'mentation' ? input.altered : input[parameter];
  const shown = typeof value === 'boolean' ? (value ? 'altered' : 'alert') : value;
  if (given.points !== null) return { ...given, value: shown };
  return { ...given, value: null, absent: input.absent[parameter] ?? 'not-given' };
}

const pointsIf = (value: number | null, holds: (value: number) => boolean): 0 | 1 | null => {
  if (value === null) return null;
  return holds(value) ? 1 : 0;
};

/**
 * A poor outlook where an infection is suspected; whether one is, it does not ask. Under 18 years
 * it does not apply; missing inputs leave a lower bound.
 */
export function scoreQsofa(input: QsofaInput): ScoreOutput {
  const source = `${QSOFA.id}@${QSOFA.version}`;
  const rate = pointsIf(
    input.respiration,
    (value) => roundForChart('respiration', value) >= QSOFA.respirationAtLeast,
  );
  const pressure = pointsIf(
    input.systolic,
    (value) => roundForChart('systolic', value) <= QSOFA.systolicAtMost,
  );
  const mentation = input.altered === null ? null : input.altered ? 1 : 0;
  const parts = [
    part(input, 'respiration', { code: '9279-1', name: 'respiration rate', points: rate }),
    part(input, 'systolic', { code: '8480-6', name: 'systolic blood pressure', points: pressure }),
    part(input, 'mentation', { code: '9269-2', name: 'mentation', points: mentation }),
  ];
  if (input.age !== null && input.age < QSOFA.minimumAge) {
    const bare = { score: source, evaluable: false, total: null, lowerBound: 0, signals: [] };
    return { ...bare, band: 'not applicable', parts, flags: ['age-below-18'] };
  }
  const known = parts.flatMap(({ points }) => (points === null ? [] : [points]));
  const lowerBound = known.reduce((sum, points) => sum + points, 0);
  const complete = known.length === parts.length && input.age !== null;
  const flags: string[] = [];
  if (known.length < parts.length) flags.push('inputs-missing');
  if (input.age === null) flags.push('age-unknown');
  const evaluable = known.length > 0;
  return {
    score: source,
    evaluable,
    total: complete ? lowerBound : null,
    lowerBound,
    band: lowerBound >= QSOFA.flagged ? 'positive' : evaluable ? 'negative' : 'not evaluable',
    parts,
    flags,
    signals: evaluable ? [{ id: 'qsofa-total', value: lowerBound, source }] : [],
  };
}

/** Reads an input that came over a process boundary. */
export function readQsofaInput(given: unknown): Result<QsofaInput, string> {
  const altered = element(given, 'altered');
  const absent = element(given, 'absent');
  return ok({
    age: numberElement(given, 'age') ?? null,
    respiration: numberElement(given, 'respiration') ?? null,
    systolic: numberElement(given, 'systolic') ?? null,
    altered: typeof altered === 'boolean' ? altered : null,
    absent: typeof absent === 'object' && absent !== null ? absent : {},
  });
}
