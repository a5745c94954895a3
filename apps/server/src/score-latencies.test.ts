import { expect, it } from 'vitest';
import { SCORE_LATENCIES_KEPT } from './limits.ts';
import { ScoreLatencies } from './score-latencies.ts';

it('tells the latencies of a tier over its newest scores', () => {
  const latencies = new ScoreLatencies();
  expect(latencies.read(0)).toEqual({ p50Ms: null, p99Ms: null });
  for (let ms = 1; ms <= 100; ms++) latencies.scored(0, ms);
  latencies.scored(2, 7_000);
  expect(latencies.read(0)).toEqual({ p50Ms: 50, p99Ms: 99 });
  for (let i = 0; i < SCORE_LATENCIES_KEPT; i++) latencies.scored(0, 3);
  expect(latencies.read(0)).toEqual({ p50Ms: 3, p99Ms: 3 });
  expect(latencies.read(2)).toEqual({ p50Ms: 7_000, p99Ms: 7_000 });
});
