import { describe, expect, it } from 'vitest';
import { RunCosts } from './run-costs.ts';

const MODEL = { id: 'm', version: '1' };

describe('the predicted cost of a run', () => {
  it('starts as assumed and follows what is measured, per model', () => {
    const costs = new RunCosts(10);
    for (let i = 0; i < 100; i++) costs.learn(MODEL, 40);
    expect(costs.predict(MODEL, 1_000)).toBeCloseTo(40, 1);
    expect(costs.predict({ ...MODEL, version: '2' }, 1_000)).toBe(10);
  });

  it('never exceeds half the time there is, so that a spoiled estimate is tried again', () => {
    const costs = new RunCosts(10);
    costs.learn(MODEL, 100_000);
    expect(costs.predict(MODEL, 500)).toBe(250);
    expect(costs.predict(MODEL, -5)).toBe(0);
  });
});
