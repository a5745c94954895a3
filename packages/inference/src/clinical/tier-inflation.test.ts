import { describe, expect, it } from 'vitest';
import { tierInflationLimits } from '../limits.ts';
import type { Tier } from './tier.ts';
import { TierInflation } from './tier-inflation.ts';

const { window, least, raiseAt, overAt, lastsMs } = tierInflationLimits;

/** Feeds arrivals of which every nth is critical, one each `everyMs`, and lists what the alarm said. */
function feed(
  inflation: TierInflation,
  count: number,
  nth: number,
  { tenant = 1, fromMs = 0, everyMs = lastsMs }: Partial<Record<string, number>> = {},
): string[] {
  return Array.from({ length: count }, (_, i): Tier => ((i + 1) % nth === 0 ? 0 : 2)).flatMap(
    (tier, i) => inflation.arrived(tenant, tier, fromMs + i * everyMs) ?? [],
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
    expect(feed(new TierInflation(), least + 1, 1)).toEqual(['raised']);
  });

  it('stays silent where the critical are only taken first, and is raised where it lasts', () => {
    const inflation = new TierInflation();
    // A backlog: all that is critical, then the many that are not.
    expect(feed(inflation, least, 1, { everyMs: 10 })).toEqual([]);
    expect(feed(inflation, window, 100, { fromMs: 1_000, everyMs: 10 })).toEqual([]);
    expect(feed(inflation, window, 5, { fromMs: lastsMs, everyMs: 1 })).toEqual([]);
    expect(feed(inflation, 1, 1, { fromMs: 2 * lastsMs + window })).toEqual(['raised']);
  });

  it('is about one tenant', () => {
    const inflation = new TierInflation();
    expect(feed(inflation, window, 2, { tenant: 7 })).toEqual(['raised']);
    expect(feed(inflation, window, 100, { tenant: 8 })).toEqual([]);
  });
});
