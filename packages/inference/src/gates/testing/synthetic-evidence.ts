import type { CandidateEvidence, LabelledEvidence, RunEvidence } from '../evidence.ts';

/** A small repeatable source of draws: mulberry32, and sums of twelve for a normal one. */
export class Draws {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  normal(): number {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += this.next();
    return sum;
  }
}

const ROWS = 6_000;
const RUNS = 400;
const VECTORS = 800;
const logistic = (odds: number): number => 1 / (1 + Math.exp(-odds));

function draw(length: number, of: (i: number) => number): Float64Array {
  return Float64Array.from({ length }, (_, i) => of(i));
}

/** Rows whose risk is known by their making: what a good version estimates well, and a score roughly. */
function labelledOf(draws: Draws): LabelledEvidence {
  const risk = draw(ROWS, () => draws.normal());
  const odds = (x: number): number => -3.3 + 1.4 * x;
  const labels = Uint8Array.from(risk, (x) => Number(draws.next() < logistic(odds(x))));
  const estimate = (): Float64Array => risk.map((x) => logistic(odds(x) + 0.15 * draws.normal()));
  const old = Uint8Array.from(risk, () => Number(draws.next() < 0.5));
  return {
    ...{ scores: estimate(), labels, champion: estimate() },
    baseline: risk.map((x) => Math.round(2 * (x + 0.8 * draws.normal()))),
    groups: { old, young: old.map((is) => 1 - is) },
  };
}

function runOf(draws: Draws): RunEvidence {
  const latency = (): Float64Array => draw(RUNS, () => 2 * Math.exp(0.4 * draws.normal()));
  const pulse = (): Float64Array =>
    draw(VECTORS, () => (draws.next() < 0.04 ? Number.NaN : 80 + 14 * draws.normal()));
  const temperature = (): Float64Array =>
    draw(VECTORS, () => Math.round(10 * (36.8 + 0.5 * draws.normal())) / 10);
  return {
    ...{ latencyMs: latency(), championLatencyMs: latency() },
    ...{ bytes: 40_000_000 + 2_000_000 * draws.normal(), championBytes: 40_000_000 },
    features: {
      pulse: { reference: pulse(), live: pulse() },
      temperature: { reference: temperature(), live: temperature() },
    },
    ...{ changed: 400, unmoved: Math.floor(6 * draws.next()) },
  };
}

/** What the two bands hold of such rows: counted over 400,000 of them. */
const DECLARED = [
  { name: 'moderate', from: 0.1, share: 0.215 },
  { name: 'high', from: 0.25, share: 0.06 },
];

/** Everything that is seen of a version as good as the one before it. */
export function goodEvidence(seed: number): CandidateEvidence {
  const draws = new Draws(seed);
  const answered = draw(48, () => draws.next());
  return {
    golden: { expected: answered.map((value) => value + 1e-7), answered, again: answered },
    labelled: labelledOf(draws),
    run: runOf(draws),
    bands: DECLARED,
  };
}

export type Spoil = (good: CandidateEvidence, draws: Draws) => CandidateEvidence;

const scored = (good: CandidateEvidence, scores: Float64Array): CandidateEvidence => ({
  ...good,
  labelled: { ...good.labelled, scores },
});
const running = (good: CandidateEvidence, change: Partial<RunEvidence>): CandidateEvidence => ({
  ...good,
  run: { ...good.run, ...change },
});

/** Ten ways in which a version goes wrong. */
export const BAD: Readonly<Record<string, Spoil>> = {
  'learnt from shuffled labels': (good, draws) =>
    scored(
      good,
      good.labelled.scores.map(() => 0.06 + 0.02 * draws.next()),
    ),
  'broken for one group': (good, draws) =>
    scored(
      good,
      good.labelled.scores.map((score, i) =>
        good.labelled.groups['old']?.[i] === 1 ? logistic(-3 + draws.normal()) : score,
      ),
    ),
  'twice as sure as it may be': (good) =>
    scored(
      good,
      good.labelled.scores.map((score) => Math.min(1, 2 * score)),
    ),
  'three times as slow at its slowest': (good) =>
    running(good, { latencyMs: good.run.latencyMs.map((ms) => (ms > 3.5 ? 3.5 * ms : ms)) }),
  'with a threshold that moved': (good) => ({
    ...good,
    bands: good.bands.map((band) => ({ ...band, from: band.from / 2 })),
  }),
  'that answers NaN now and then': (good) =>
    scored(
      good,
      good.labelled.scores.map((score, i) => (i % 1_000 === 3 ? Number.NaN : score)),
    ),
  'fed from yesterday': (good) => running(good, { unmoved: Math.floor(good.run.changed * 0.4) }),
  'given Fahrenheit for Celsius': (good) => {
    const { temperature, ...others } = good.run.features;
    if (temperature === undefined) throw new Error('there is a temperature');
    const live = temperature.live.map((celsius) => celsius * 1.8 + 32);
    return running(good, { features: { ...others, temperature: { ...temperature, live } } });
  },
  'of twice the memory': (good) => running(good, { bytes: 2 * good.run.bytes }),
  'that answers otherwise when asked again': (good, draws) => ({
    ...good,
    golden: {
      ...good.golden,
      again: good.golden.answered.map((value) => value + 1e-6 * draws.next()),
    },
  }),
};
