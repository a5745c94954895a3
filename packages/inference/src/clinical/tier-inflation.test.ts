import { describe, expect, it } from 'vitest';
import { tierInflationLimits } from '../limits.ts';
import type { Tier } from './tier.ts';
import { TierInflation } from './tier-inflation.ts';

const { window, least, raiseAt, overAt } = tierInflationLimits;

/** Feeds arrivals of which every nth is critical, and lists what the alarm said. */
function feed(inflation: TierInflation, count: number, nth: number, tenant = 1): string[] {
  return Array.from({ length: count }, (_, i): Tier => ((i + 1) % nth === 0 ? 0 : 2)).flatMap(
    (tier) => inflation.arrived(tenant, tier) ?? [],
  );
}

describe('the alarm of tier inflation', () => {
  it('is raised once while a tenth of the arrivals or more is critical, and ends below that', () => {
    const inflation = new TierInflation();
    expect(feed(inflation, window, 10)).toEqual(['raised']);
    expect(inflation.share(1)).toBeGreaterThanOrEqual(raiseAt);
    expect(feed(inflation, window, 100)).toEqual(['over']);
    expect(inflation.share(1)).toBeLessThan(overAt);
  });

  it('stays silent below a tenth, and where too little has arrived to tell', () => {
    expect(feed(new TierInflation(), window * 3, 11)).toEqual([]);
    expect(feed(new TierInflation(), least - 1, 1)).toEqual([]);
    expect(feed(new TierInflation(), least, 1)).toEqual(['raised']);
  });

  it('is about one tenant', () => {
    const inflation = new TierInflation();
    expect(feed(inflation, window, 2, 7)).toEqual(['raised']);
    expect(feed(inflation, window, 100, 8)).toEqual([]);
  });
});
