import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type GoldenCase,
  loadOnnxModel,
  loadOnnxRuntime,
  type ModelManifest,
  probabilityOf,
  readModelFolder,
  SHIPPED_MODELS,
  type Weights,
} from '@holdfast/inference/models';
import { boost, type EvaluationTable } from './boosting.ts';
import { cardOf } from './card.ts';
import { DETERIORATION_TASK } from './deterioration-task.ts';
import { evaluate, verdictOf } from './evaluation.ts';
import { regress } from './logistic-regression.ts';
import { atThreshold } from './measures.ts';
import { onnxOf } from './onnx-writer.ts';
import type { TrainingTask } from './task.ts';
import { writeRows } from './write-rows.ts';

/** All that the result depends on, besides the code and the seed: 101 where none is asked for. */
const TRAINING_PATIENTS = 5_000;
/** Other patients of the same seed: for thresholds, and for nothing that is reported. */
const TUNING = { patients: 1_000 };
/** Populations that no part of the training has seen. */
const HELD_OUT = { seeds: [202, 303, 404], patients: 1_500 };
const STATEMENT = 'Trained on synthetic data. Not for care.';
const GOLDEN_CASES = 48;

const TASKS: readonly TrainingTask[] = [DETERIORATION_TASK];

const say = (text: string): void => console.log(text);

interface Asked {
  readonly out: string;
  readonly version: string;
  readonly seed: number;
}

async function train(task: TrainingTask, { out, version, seed: from }: Asked): Promise<boolean> {
  const training = { seed: from, patients: TRAINING_PATIENTS };
  const fit = task.table({ ...training, first: 0 });
  const tune = task.table({ seed: from, first: TRAINING_PATIENTS, ...TUNING });
  const heldOut = HELD_OUT.seeds.map((seed) => ({
    seed,
    table: task.table({ seed, first: 0, patients: HELD_OUT.patients }),
  }));
  const methods: readonly [suffix: string, method: string, (table: EvaluationTable) => Weights][] =
    [
      ['', 'gradient-boosted trees', (table) => boost(table)],
      ['-logistic', 'logistic regression', regress],
    ];
  let ships = true;
  for (const [suffix, method, learn] of methods) {
    const weights = learn(fit);
    const evaluations = heldOut.map(({ seed, table }) =>
      evaluate(table, scoresOf(weights, table), seed),
    );
    const id = `${task.capability}${suffix}`;
    for (const { seed, auroc, baseline, gain } of evaluations) {
      say(
        `${id}  seed ${seed}  AUROC ${auroc}  ${task.baseline} ${baseline.auroc}  gain ${gain.low} to ${gain.high}`,
      );
    }
    const verdict = verdictOf(evaluations);
    if (verdict !== null) {
      say(`${id} does not ship: ${verdict}`);
      ships = false;
      continue;
    }
    const golden = goldenOf(weights, heldOut[0]?.table ?? tune);
    const bands = bandsOf(task, scoresOf(weights, tune));
    const card = cardOf({
      ...{ task, method, statement: STATEMENT, evaluations },
      training: { ...training, rows: fit.labels.length },
      reference: referenceOf(fit),
      operatingPoints: heldOut.flatMap(({ seed, table }) =>
        bands.slice(1).map(({ name, from }) => ({
          ...{ seed, band: name },
          ...atThreshold({ scores: scoresOf(weights, table), labels: table.labels }, from),
        })),
      ),
    });
    ships = (await ship({ task, id, out, version, weights, card, golden, bands })) && ships;
  }
  return ships;
}

const scoresOf = (weights: Weights, { rows }: EvaluationTable): Float64Array =>
  Float64Array.from(rows, (row) => probabilityOf(weights, row));

/** Thresholds from the tuning patients: so many rows shall reach each band. */
function bandsOf({ shares }: TrainingTask, scores: Float64Array): ModelManifest['bands'] {
  const sorted = scores.toSorted();
  const at = (share: number): number =>
    Number((sorted[Math.floor((1 - share) * sorted.length)] ?? 0).toFixed(4));
  return [
    { from: 0, name: 'low' },
    { from: at(shares.moderate), name: 'moderate' },
    { from: at(shares.high), name: 'high' },
  ];
}

/** Rows spread over the table, and one of which nothing is known. */
function goldenOf(weights: Weights, { rows, features }: EvaluationTable): GoldenCase[] {
  const step = Math.floor(rows.length / (GOLDEN_CASES - 1));
  const chosen = Array.from({ length: GOLDEN_CASES - 1 }, (_, i) => rows[i * step]);
  return [...chosen, new Float32Array(features.length).fill(Number.NaN)].flatMap((vector) =>
    vector === undefined
      ? []
      : [
          {
            vector: Array.from(vector, (value) => (Number.isNaN(value) ? null : value)),
            probability: probabilityOf(weights, vector),
          },
        ],
  );
}

interface Shipment {
  readonly task: TrainingTask;
  readonly id: string;
  readonly out: string;
  readonly version: string;
  readonly weights: Weights;
  readonly card: object;
  readonly golden: readonly GoldenCase[];
  readonly bands: ModelManifest['bands'];
}

/** Writes the folder, reads it as a server does, and has ONNX Runtime answer the golden set. */
async function ship(shipment: Shipment): Promise<boolean> {
  const { task, id, out, version, weights, card, golden, bands } = shipment;
  const folder = join(out, id, version);
  mkdirSync(folder, { recursive: true });
  const files = {
    onnx: ['model.onnx', onnxOf(weights, { name: id, version, statement: STATEMENT })],
    weights: ['weights.json', json(weights)],
    card: ['card.json', json(card)],
    golden: ['golden.json', json({ cases: golden })],
  } as const;
  const named = Object.entries(files).map(([file, [name, content]]) => {
    writeFileSync(join(folder, name), content);
    return [file, { name, sha256: createHash('sha256').update(content).digest('hex') }];
  });
  const { capability, featureSet, imdrf } = task;
  const manifest = {
    ...{ id, version, capability, featureSet, bands, imdrf, statement: STATEMENT },
    files: Object.fromEntries(named) as ModelManifest['files'], // an entry for each of `files`
  } satisfies ModelManifest;
  writeFileSync(join(folder, 'manifest.json'), json(manifest));
  const artifact = readModelFolder(folder);
  if (!artifact.ok) throw new Error(artifact.error);
  const runtime = await loadOnnxRuntime();
  if (!runtime.ok) throw new Error(runtime.error);
  const loaded = await loadOnnxModel(runtime.value, artifact.value);
  if (!loaded.ok) say(`${id} does not ship: ${loaded.error}`);
  else say(`${id}@${version}  ${artifact.value.sha256}`);
  return loaded.ok;
}

const json = (content: unknown): string => `${JSON.stringify(content)}\n`;

/** What the inputs looked like in training, for whoever asks later whether they still do. */
function referenceOf({ features, rows }: EvaluationTable) {
  return Object.fromEntries(
    features.map((name, i) => {
      const values = Float32Array.from(rows, (row) => row[i] ?? Number.NaN);
      const known = values.filter((value) => !Number.isNaN(value)).sort();
      const at = (share: number): number => known[Math.floor(share * (known.length - 1))] ?? 0;
      const quantiles = Array.from({ length: 101 }, (_, hundredth) => at(hundredth / 100));
      return [name, { missing: 1 - known.length / values.length, quantiles }];
    }),
  );
}

const { values: asked } = parseArgs({
  options: {
    out: { type: 'string', default: SHIPPED_MODELS },
    version: { type: 'string', default: '1' },
    seed: { type: 'string', default: '101' },
    rows: { type: 'string' },
  },
});
const [task] = TASKS;
if (asked.rows !== undefined && task !== undefined) {
  writeRows(task, { seed: Number(asked.seed), file: asked.rows });
} else {
  const results: boolean[] = [];
  for (const each of TASKS) results.push(await train(each, { ...asked, seed: Number(asked.seed) }));
  process.exitCode = results.every(Boolean) ? 0 : 1;
}
