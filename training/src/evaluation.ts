import type { EvaluationTable } from './boosting.ts';
import {
  areaUnderRoc,
  averagePrecision,
  brier,
  calibration,
  calibrationError,
  type Scored,
} from './measures.ts';

const RESAMPLES = 200;

/** A model beside the deterministic score, on the same rows. */
export interface Evaluation {
  readonly seed: number;
  readonly patients: number;
  readonly rows: number;
  readonly positives: number;
  readonly auroc: number;
  readonly averagePrecision: number;
  readonly brier: number;
  readonly calibrationError: number;
  readonly baseline: { readonly auroc: number; readonly averagePrecision: number };
  /** Of AUROC minus the baseline's: 95 % interval over whole patients. */
  readonly gain: { readonly low: number; readonly high: number };
  readonly subgroups: Readonly<Record<string, { readonly rows: number; readonly auroc: number }>>;
  readonly calibration: ReturnType<typeof calibration>;
}

const places = (value: number): number => Number(value.toFixed(4));

export function evaluate(table: EvaluationTable, scores: Float64Array, seed: number): Evaluation {
  const { labels, baseline, patients, subgroups } = table;
  const scored: Scored = { scores, labels };
  const within = (is: Uint8Array): Scored => {
    const rows = Int32Array.from(labels.keys()).filter((row) => is[row] === 1);
    return {
      scores: Float64Array.from(rows, (row) => scores[row] ?? 0),
      labels: Uint8Array.from(rows, (row) => labels[row] ?? 0),
    };
  };
  return {
    seed,
    patients: new Set(patients).size,
    rows: labels.length,
    positives: labels.reduce((sum, label) => sum + label, 0),
    auroc: places(areaUnderRoc(scored)),
    averagePrecision: places(averagePrecision(scored)),
    brier: places(brier(scored)),
    calibrationError: places(calibrationError(scored)),
    baseline: {
      auroc: places(areaUnderRoc({ scores: baseline, labels })),
      averagePrecision: places(averagePrecision({ scores: baseline, labels })),
    },
    gain: gainOf(table, scores, seed),
    subgroups: Object.fromEntries(
      Object.entries(subgroups).map(([name, is]) => {
        const of = within(is);
        return [name, { rows: of.labels.length, auroc: places(areaUnderRoc(of)) }];
      }),
    ),
    calibration: calibration(scored).map(({ rows, meanPredicted, observed }) => ({
      ...{ rows, meanPredicted: places(meanPredicted), observed: places(observed) },
    })),
  };
}

/** Bootstrap over patients, since the rows of one are alike. */
function gainOf(
  { labels, baseline, patients }: EvaluationTable,
  scores: Float64Array,
  seed: number,
): Evaluation['gain'] {
  const byPatient = new Map<number, number[]>();
  for (const [row, patient] of patients.entries()) {
    const own = byPatient.get(patient);
    if (own === undefined) byPatient.set(patient, [row]);
    else own.push(row);
  }
  const clusters = [...byPatient.values()];
  const next = drawsOf(seed);
  const gains = Array.from({ length: RESAMPLES }, () => {
    const rows = clusters.flatMap(() => clusters[Math.floor(next() * clusters.length)] ?? []);
    const sampled = Uint8Array.from(rows, (row) => labels[row] ?? 0);
    const area = (of: Float64Array): number =>
      areaUnderRoc({ scores: Float64Array.from(rows, (row) => of[row] ?? 0), labels: sampled });
    return area(scores) - area(baseline);
  }).toSorted((a, b) => a - b);
  const at = (share: number): number => places(gains[Math.floor(share * RESAMPLES)] ?? Number.NaN);
  return { low: at(0.025), high: at(0.975) };
}

/** Uniform in [0, 1): mulberry32. */
function drawsOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Why it may not ship; null where it may: better than the score on every seed, not by chance. */
export function verdictOf(evaluations: readonly Evaluation[]): string | null {
  const worse = evaluations.find(({ gain }) => !(gain.low > 0));
  return worse === undefined
    ? null
    : `no better than the deterministic score on seed ${worse.seed}: ${JSON.stringify(worse.gain)}`;
}
