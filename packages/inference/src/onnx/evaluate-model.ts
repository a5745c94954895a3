import { type Clock, err, ok, type Result } from '@holdfast/kernel';
import { element, listElement, numberElement, textElement } from '../fhir-reading.ts';
import { evaluateCandidate } from '../gates/evaluate-candidate.ts';
import type { CandidateEvidence, DeclaredBand, RunEvidence } from '../gates/evidence.ts';
import type { GateReport } from '../gates/gate.ts';
import { type ModelArtifact, vectorOf } from '../models/loaded-model.ts';
import { loadOnnxModel, loadOnnxRuntime, type OnnxModel } from './onnx-model.ts';

/** A row whose outcome is known. */
export interface EvaluationRow {
  readonly vector: Float32Array;
  readonly label: 0 | 1;
  readonly baseline: number;
  readonly groups: readonly string[];
}

/** Error: what is wrong with the line. */
export function readEvaluationRow(line: string, width: number): Result<EvaluationRow, string> {
  let given: unknown;
  try {
    given = JSON.parse(line);
  } catch {
    return err('is no JSON');
  }
  const values = listElement(given, 'vector');
  const label = numberElement(given, 'label');
  const baseline = numberElement(given, 'baseline');
  if (values.length !== width) return err(`vector: ${width} numbers, null for what is missing`);
  if (label !== 0 && label !== 1) return err('label: 0 or 1');
  if (baseline === undefined) return err('baseline: what the deterministic score says');
  const vector = Float32Array.from(values, (value) => (typeof value === 'number' ? value : NaN));
  const groups = listElement(given, 'groups').filter((name) => typeof name === 'string');
  return ok({ vector, label, baseline, groups });
}

interface Comparison {
  readonly candidate: ModelArtifact;
  /** The version that answers now; null: the candidate is the first. */
  readonly champion: ModelArtifact | null;
  readonly rows: readonly EvaluationRow[];
  readonly clock: Clock;
}

/** Runs both versions over the rows, and every gate over what was seen. Error: it can't be run. */
export async function evaluateModel(comparison: Comparison): Promise<Result<GateReport, string>> {
  const { candidate, champion, rows, clock } = comparison;
  const runtime = await loadOnnxRuntime();
  if (!runtime.ok) return runtime;
  const own = await loadOnnxModel(runtime.value, candidate);
  if (!own.ok) return own;
  const other = champion === null ? null : await loadOnnxModel(runtime.value, champion);
  if (other !== null && !other.ok) return other;
  const vectors = rows.map(({ vector }) => vector);
  const golden = candidate.golden.map(vectorOf);
  const seen = await timed(own.value, vectors, clock);
  const before = other === null ? null : await timed(other.value, vectors, clock);
  const evidence: CandidateEvidence = {
    golden: {
      expected: Float64Array.from(candidate.golden, ({ probability }) => probability),
      answered: (await timed(own.value, golden, clock)).scores,
      again: (await timed(own.value, golden, clock)).scores,
    },
    labelled: {
      scores: seen.scores,
      labels: Uint8Array.from(rows, ({ label }) => label),
      baseline: Float64Array.from(rows, ({ baseline }) => baseline),
      champion: before?.scores ?? null,
      groups: groupsOf(rows),
    },
    run: {
      latencyMs: seen.latencyMs,
      championLatencyMs: before?.latencyMs ?? seen.latencyMs,
      bytes: candidate.onnx.length,
      championBytes: champion?.onnx.length ?? null,
      features: featuresOf(candidate, vectors),
      ...freshnessOf(vectors),
    },
    bands: declaredBands(candidate),
  };
  await Promise.all([own.value.release(), other?.value.release()]);
  return ok(evaluateCandidate(evidence));
}

/** One row a run, as patients come. NaN where it failed. */
async function timed(model: OnnxModel, vectors: readonly Float32Array[], clock: Clock) {
  const scores = new Float64Array(vectors.length);
  const latencyMs = new Float64Array(vectors.length);
  for (const [i, vector] of vectors.entries()) {
    const from = clock.monotonicMs();
    const answer = await model.run([vector]);
    latencyMs[i] = clock.monotonicMs() - from;
    scores[i] = answer.ok ? (answer.value[0] ?? Number.NaN) : Number.NaN;
  }
  return { scores, latencyMs };
}

function groupsOf(rows: readonly EvaluationRow[]): Record<string, Uint8Array> {
  const names = new Set(rows.flatMap(({ groups }) => groups));
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      Uint8Array.from(rows, ({ groups }) => Number(groups.includes(name))),
    ]),
  );
}

/** From the hundredths on the card, as many values as they stand for. */
const REFERENCE_VALUES = 1_010;

function featuresOf(
  { card, weights }: ModelArtifact,
  vectors: readonly Float32Array[],
): RunEvidence['features'] {
  const reference = element(card, 'reference');
  const rows = weights.features.flatMap((name, i) => {
    const of = element(reference, name);
    const quantiles = listElement(of, 'quantiles').filter((value) => typeof value === 'number');
    if (quantiles.length === 0) return [];
    const missing = numberElement(of, 'missing') ?? 0;
    const known = Math.round(REFERENCE_VALUES * (1 - missing));
    const values = Float64Array.from({ length: REFERENCE_VALUES }, (_, nth) =>
      nth < known ? (quantiles[nth % quantiles.length] ?? Number.NaN) : Number.NaN,
    );
    const live = Float64Array.from(vectors, (vector) => vector[i] ?? Number.NaN);
    return [[name, { reference: values, live }] as const];
  });
  return Object.fromEntries(rows);
}

/** Rows of different patients that are alike to the last value came from one reading. */
function freshnessOf(vectors: readonly Float32Array[]): Pick<RunEvidence, 'changed' | 'unmoved'> {
  const isSame = (vector: Float32Array, i: number): boolean =>
    i > 0 && vector.every((value, place) => Object.is(value, vectors[i - 1]?.[place]));
  return { changed: vectors.length, unmoved: vectors.filter(isSame).length };
}

function declaredBands({ manifest, card }: ModelArtifact): readonly DeclaredBand[] {
  const points = listElement(card, 'operatingPoints');
  return manifest.bands.slice(1).flatMap(({ name, from }) => {
    const shares = points.flatMap((point) => {
      const share = numberElement(point, 'alertShare');
      return textElement(point, 'band') === name && share !== undefined ? [share] : [];
    });
    if (shares.length === 0) return [];
    const share = shares.reduce((sum, each) => sum + each, 0) / shares.length;
    return [{ name, from, share }];
  });
}
