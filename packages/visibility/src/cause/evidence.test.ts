import { describe, expect, it } from 'vitest';
import { logBetaBinomial } from './beta-binomial.ts';
import { riskRatio } from './evidence.ts';

describe('a risk ratio', () => {
  it('has the interval of Katz', () => {
    // Rates 0.3 and 0.1; standard error sqrt(1/30 - 1/100 + 1/10 - 1/100) = 0.3367.
    const ratio = riskRatio({ failed: 30, succeeded: 70 }, { failed: 10, succeeded: 90 }, 1);
    expect(ratio.estimate).toBeCloseTo(3, 10);
    expect(ratio.low).toBeCloseTo(1.5507, 3);
    expect(ratio.high).toBeCloseTo(5.803, 2);
  });

  it('is wider where attempts go together, and finite where nothing failed outside', () => {
    const inside = { failed: 30, succeeded: 70 };
    const outside = { failed: 10, succeeded: 90 };
    expect(riskRatio(inside, outside, 4).low).toBeLessThan(riskRatio(inside, outside, 1).low);
    const never = riskRatio(inside, { failed: 0, succeeded: 100 }, 1);
    expect(never.low).toBeGreaterThan(1);
    expect(Number.isFinite(never.high)).toBe(true);
  });
});

describe('a beta-binomial', () => {
  it('sums to one over all outcomes', () => {
    const choose = (n: number, k: number): number =>
      k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k;
    for (const [mean, correlation] of [
      [0.2, 0.1],
      [0.9, 0.4],
      [0.01, 0.02],
      [0.3, 0],
    ] as const) {
      let sum = 0;
      for (let k = 0; k <= 12; k++) {
        sum += choose(12, k) * Math.exp(logBetaBinomial(k, 12, { mean, correlation }));
      }
      expect(sum).toBeCloseTo(1, 8);
    }
  });

  it('is a binomial where attempts do not go together', () => {
    const near = logBetaBinomial(400, 1_000, { mean: 0.3, correlation: 2e-6 });
    const exact = logBetaBinomial(400, 1_000, { mean: 0.3, correlation: 0 });
    expect(Math.abs(near - exact)).toBeLessThan(0.1);
  });
});
