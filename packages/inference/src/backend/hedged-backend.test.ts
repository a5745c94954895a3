import { err, ok } from '@holdfast/kernel';
import { describe, expect, it } from 'vitest';
import type { Tier } from '../clinical/tier.ts';
import type { ScoreOutput } from '../scores/score-output.ts';
import { freshHedge, hedgeAfterMs, hedgeLimits } from './hedge.ts';
import { HedgedBackend } from './hedged-backend.ts';
import type { InferenceBackend, InferOptions } from './inference-backend.ts';

const output = (from: string): ScoreOutput => ({
  ...{ score: from, evaluable: true, total: 1, lowerBound: 1, band: 'low' },
  ...{ parts: [], flags: [], signals: [] },
});

/** Answers at once, or never until it is stopped. */
function backendOf(name: string) {
  const calls: InferOptions[] = [];
  let hangs = false;
  const backend: InferenceBackend = {
    component: name,
    infer(_, options) {
      calls.push(options);
      if (!hangs) return Promise.resolve(ok(output(name)));
      return new Promise((resolve) => {
        options.signal?.addEventListener('abort', () => resolve(err({ kind: 'aborted' })));
      });
    },
    onFailure: () => () => undefined,
    onRecovered: () => () => undefined,
  };
  return {
    backend,
    calls,
    hang: () => {
      hangs = true;
    },
  };
}

const request = (tier: Tier) => ({ id: 'a', model: { id: 'm', version: '1' }, input: {}, tier });
const options = { deadlineMs: 20_000 };

async function used(busy = 0) {
  const [first, second] = [backendOf('first'), backendOf('second')];
  const hedged = new HedgedBackend({
    ...{ first: first.backend, second: second.backend, utilisation: () => busy },
  });
  for (let i = 0; i < 60; i++) await hedged.infer(request(0), options);
  return { first, second, hedged };
}

describe('a hedged back end', () => {
  it('asks the second one where the first is late with what is critical, and stops the loser', async () => {
    const { first, second, hedged } = await used();
    expect(second.calls).toEqual([]);
    first.hang();
    expect(await hedged.infer(request(0), options)).toMatchObject({ value: { score: 'second' } });
    expect(first.calls.at(-1)?.signal?.aborted).toBe(true);
  });

  it('asks it once in fifty calls at most', async () => {
    const { first, second, hedged } = await used();
    first.hang();
    await hedged.infer(request(0), options);
    const stop = new AbortController();
    const call = hedged.infer(request(0), { ...options, signal: stop.signal });
    setImmediate(() => stop.abort());
    expect(await call).toMatchObject({ error: { kind: 'aborted' } });
    expect(second.calls).toHaveLength(1);
  });
});

describe('when to hedge', () => {
  const known = { latencyMs: Array.from({ length: 100 }, (_, i) => i), calls: 100, hedged: 0 };

  it('is past the 95th percentile', () => {
    expect(hedgeAfterMs(known, { tier: 0, utilisation: 0.5 })).toBe(94);
  });

  it.each([
    ['it is not critical', known, { tier: 1, utilisation: 0 }],
    ['all are busy', known, { tier: 0, utilisation: 0.71 }],
    ['too little is known', { ...freshHedge, calls: 100 }, { tier: 0, utilisation: 0 }],
    ['the budget is used up', { ...known, hedged: 2 }, { tier: 0, utilisation: 0 }],
  ])('is never where %s', (_, state, asked) => {
    expect(hedgeAfterMs(state, asked, hedgeLimits)).toBeNull();
  });
});
