import { describe, expect, it } from 'vitest';
import { admissionLimits } from './limits.ts';
import { PRIORITY_CLASSES, type PriorityClass } from './priority.ts';
import { type Answer, type Arrival, serve } from './testing/shared-processor.ts';

const PROCESSORS = 2;
const WORK_MS: Readonly<Record<PriorityClass, number>> = {
  'care-now': 3,
  interactive: 3,
  integration: 4,
  bulk: 40,
};
/** Part of the offered work, in processor time. */
const PART: Readonly<Record<PriorityClass, number>> = {
  'care-now': 0.04,
  interactive: 0.36,
  integration: 0.3,
  bulk: 0.3,
};

/** A linear congruential generator (Knuth): the same arrivals each time. */
function seeded(seed: number): () => number {
  let state = BigInt(seed);
  return () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
    return Number(state >> 11n) / 2 ** 53;
  };
}

/** Poisson arrivals whose work is `load` times what the processors can do. */
function mix(load: number, seconds: number): Arrival[] {
  const random = seeded(17);
  const arrivals = PRIORITY_CLASSES.flatMap((priority) => {
    const perMs = (load * PROCESSORS * PART[priority]) / WORK_MS[priority];
    const own: Arrival[] = [];
    let atMs = 0;
    for (let n = 0; ; n++) {
      atMs -= Math.log(1 - random()) / perMs;
      if (atMs > seconds * 1_000) return own;
      const workMs = WORK_MS[priority] * (0.5 + random());
      own.push({ id: `${priority}-${n}`, atMs, priority, tenant: 1 + (n % 3), workMs });
    }
  });
  return arrivals.sort((a, b) => a.atMs - b.atMs);
}

const of = (answers: readonly Answer[], priority: PriorityClass) =>
  answers.filter(({ arrival }) => arrival.priority === priority);

function p99(answers: readonly Answer[]): number {
  const sorted = answers.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;
}

const calm = serve(mix(0.5, 60), PROCESSORS, admissionLimits);
const flooded = serve(mix(10, 20), PROCESSORS, admissionLimits);

describe('under ten times what the processors can do', () => {
  it('ADM-2 care-now is answered, its p99 within twice its calm value', () => {
    const careNow = of(flooded, 'care-now');
    expect(careNow.every(({ outcome }) => outcome === 'answered')).toBe(true);
    expect(p99(careNow) / p99(of(calm, 'care-now'))).toBeLessThanOrEqual(2);
  });

  it('without admission the same check fails', () => {
    const everything = serve(mix(10, 2), PROCESSORS, null);
    expect(p99(of(everything, 'care-now')) / p99(of(calm, 'care-now'))).toBeGreaterThan(20);
  });

  it('ADM-1 every request ends exactly once', () => {
    const ids = new Set(flooded.map(({ arrival }) => arrival.id));
    expect(ids.size).toBe(flooded.length);
    expect(flooded).toHaveLength(mix(10, 20).length);
  });

  it('ADM-2 no class starves: each has answers in every second', () => {
    for (const priority of PRIORITY_CLASSES) {
      const answered = of(flooded, priority).filter(({ outcome }) => outcome === 'answered');
      const seconds = new Set(
        answered.map(({ arrival, latencyMs }) => Math.floor((arrival.atMs + latencyMs) / 1_000)),
      );
      for (let second = 1; second < 20; second++) expect(seconds, priority).toContain(second);
    }
  });

  it('ADM-4 a refusal comes at once or at the end of the wait that its class may have', () => {
    for (const { arrival, outcome, latencyMs } of flooded) {
      if (outcome === 'refused') {
        expect(latencyMs).toBeLessThanOrEqual(
          admissionLimits.classes[arrival.priority].waitMs + 1e-6,
        );
      }
    }
    const atOnce = flooded.filter(
      ({ outcome, latencyMs }) => outcome === 'refused' && latencyMs === 0,
    );
    const refused = flooded.filter(({ outcome }) => outcome === 'refused');
    // The others wait in vain when care-now takes slots away from those they wait for.
    expect(atOnce.length / refused.length).toBeGreaterThan(0.85);
  });

  it('the slots that care-now keeps free cost at most a fifth of the work done', () => {
    const doneMs = flooded
      .filter(
        ({ outcome, arrival, latencyMs }) =>
          outcome === 'answered' && arrival.atMs + latencyMs < 20_000,
      )
      .reduce((sum, { arrival }) => sum + arrival.workMs, 0);
    expect(doneMs / (20_000 * PROCESSORS)).toBeGreaterThan(0.8);
  });
});

describe('in calm', () => {
  it('refuses nothing', () => {
    expect(calm.filter(({ outcome }) => outcome === 'refused')).toEqual([]);
  });
});

describe('a tenant that floods', () => {
  it('ADM-5 takes nothing from the others of its class', () => {
    const own = mix(0.5, 20).map((arrival) => ({ ...arrival, tenant: 1 }));
    const flood = mix(10, 20)
      .filter(({ priority }) => priority === 'interactive')
      .map((arrival) => ({ ...arrival, id: `flood-${arrival.id}`, tenant: 9 }));
    const both = [...own, ...flood].sort((a, b) => a.atMs - b.atMs);
    const answers = serve(both, PROCESSORS, admissionLimits);
    const answered = (tenant: number): number => {
      const theirs = of(answers, 'interactive').filter(({ arrival }) => arrival.tenant === tenant);
      return theirs.filter(({ outcome }) => outcome === 'answered').length / theirs.length;
    };
    expect(answered(1)).toBeGreaterThan(0.99);
    expect(answered(9)).toBeLessThan(0.5);
  });
});
