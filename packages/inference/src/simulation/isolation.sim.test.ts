import { describe, expect, it } from 'vitest';
import type { Tier } from '../clinical/tier.ts';
import type { SchedulerLimits, TierLimits } from '../limits.ts';
import { goodput, inTimeShare, latenciesOf, percentile, starved, waste } from './measures.ts';
import { BandedTurns, FirstInFirstOut, StrictPriority, simulatePeer } from './peers.ts';
import { type Simulated, simulate } from './simulate.ts';
import { stoppableBackend, unstoppableBackend } from './stoppable-backend.ts';
import { arrivalsLasting, workload } from './workload.ts';

const SLOTS = 4;
const LOADS = [0.8, 1.2, 3, 10];
const FLOOR = 0.02;
const stoppable = stoppableBackend(SLOTS);
const unstoppable = unstoppableBackend(SLOTS);

/** Makes each only once: they are long, and several tests look at the same. */
function once<Made>(make: (load: number) => Made): (load: number) => Made {
  const made = new Map<number, Made>();
  return (load) => {
    const known = made.get(load) ?? make(load);
    made.set(load, known);
    return known;
  };
}

const arrivalsAt = once((load) => {
  const arrivals = arrivalsLasting(180, load, SLOTS);
  return workload({ seed: 7, load, slots: SLOTS, arrivals, tenants: 4 });
});
const runAt = once((load) => simulate(stoppable, arrivalsAt(load)));
const aloneAt = once((load) =>
  simulate(
    stoppable,
    arrivalsAt(load).filter(({ tier }) => tier === 0),
  ),
);

const tier0 = ({ outcomes }: Pick<Simulated, 'outcomes'>, share = 0.99): number =>
  percentile(latenciesOf(0, outcomes), share);

/** How much longer the slowest of tier 0 take beside everything else. */
function slowdown(run: Simulated, load: number, share = 0.99): number {
  return tier0(run, share) / tier0(aloneAt(load), share);
}

function withTier(tier: Tier, change: Partial<TierLimits>): SchedulerLimits {
  const { tiers } = stoppable;
  return { ...stoppable, tiers: { ...tiers, [tier]: { ...tiers[tier], ...change } } };
}

describe('tier 0 beside all other work', () => {
  it.each(LOADS)('at load %d is as fast as alone, and little is wasted for it', (load) => {
    const arrivals = arrivalsAt(load);
    const run = runAt(load);
    expect(slowdown(run, load)).toBeLessThanOrEqual(1.05);
    expect(slowdown(run, load, 0.999)).toBeLessThanOrEqual(1.2);
    expect(inTimeShare(0, arrivals, run.outcomes)).toBe(1);
    expect(waste(run)).toBeLessThanOrEqual(load <= 3 ? 0.02 : 0.08);
    expect(goodput(SLOTS, arrivals, run.outcomes)).toBeGreaterThanOrEqual(0.98);
    expect(starved(run, arrivals, { slots: SLOTS, floorShare: FLOOR })).toBe(0);
  });

  it.each(LOADS)('at load %d is held back by every queue that stops nothing', (load) => {
    const arrivals = arrivalsAt(load);
    for (const queue of [new FirstInFirstOut(), new StrictPriority(), new BandedTurns()]) {
      expect(slowdown(simulatePeer(SLOTS, arrivals, queue), load)).toBeGreaterThan(2);
    }
  });

  it.each(LOADS)('at load %d the reserve keeps it near where nothing can be stopped', (load) => {
    const arrivals = arrivalsAt(load);
    const run = simulate(unstoppable, arrivals);
    expect(slowdown(run, load)).toBeLessThanOrEqual(1.5);
    expect(inTimeShare(0, arrivals, run.outcomes)).toBe(1);
  });
});

describe('each safeguard is needed', () => {
  it('without stopping and without a reserve, tier 0 waits', () => {
    const bare = { ...stoppable, preemptedShare: 0 };
    expect(slowdown(simulate(bare, arrivalsAt(1.2)), 1.2)).toBeGreaterThan(1.5);
  });

  it('without a floor, background work starves', () => {
    const arrivals = arrivalsAt(10);
    const run = simulate(withTier(3, { floorShare: 0 }), arrivals);
    expect(starved(run, arrivals, { slots: SLOTS, floorShare: FLOOR })).toBeGreaterThan(0);
  });

  it('without chunks, stopping wastes more', () => {
    const whole = arrivalsAt(1.2).map((arrival) => ({ ...arrival, chunkMs: arrival.predictedMs }));
    const chunked = waste(runAt(1.2));
    expect(waste(simulate(stoppable, whole))).toBeGreaterThan(2 * chunked);
  });

  it('without a budget, stopping wastes more under a flood of critical work', () => {
    const flood = workload({ seed: 5, load: 3, slots: SLOTS, arrivals: 4_000 }).map((arrival) =>
      arrival.tier === 2 ? { ...arrival, tier: 0 as const, runMs: 20, predictedMs: 20 } : arrival,
    );
    const stoppedShare = ({ stretches }: Simulated): number =>
      stretches.filter(({ stopped }) => stopped).length / stretches.length;
    const budgeted = simulate({ ...stoppable, preemptedShare: 0.01 }, flood);
    const unbounded = simulate({ ...stoppable, preemptedShare: 1 }, flood);
    expect(stoppedShare(unbounded)).toBeGreaterThan(1.5 * stoppedShare(budgeted));
  });

  it('without a wait cap, old background work is served later', () => {
    const worst = (waitCapMs: number | null): number =>
      percentile(
        simulate(withTier(3, { waitCapMs, floorShare: 0 }), arrivalsAt(1.2))
          .outcomes.filter(({ arrival, ending }) => arrival.tier === 3 && ending === 'completed')
          .map(({ latencyMs }) => latencyMs),
        1,
      );
    expect(worst(5_000)).toBeLessThan(worst(null));
  });
});

describe('what is refused', () => {
  it('learns it on arrival: hardly any accepted work runs out of time', () => {
    const missed = runAt(3).outcomes.filter(({ ending }) => ending !== 'completed');
    const atOnce = missed.filter(({ latencyMs }) => latencyMs === 0);
    expect(missed.length).toBeGreaterThan(1_000);
    expect(atOnce.length / missed.length).toBeGreaterThan(0.9);
  });
});

/** Jain's index over what each got: 1 is equal shares, 1/n is one taking all. */
function jainIndex(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return squares === 0 ? 1 : (sum * sum) / (shares.length * squares);
}

describe('tenants', () => {
  it('one that floods a tier pushes none of the others out of it', () => {
    const calm = workload({ seed: 11, load: 0.6, slots: SLOTS, arrivals: 6_000, tenants: 4 });
    const end = calm.at(-1)?.atMs ?? 0;
    const flood = workload({ seed: 12, load: 6, slots: SLOTS, arrivals: 60_000 })
      .filter(({ tier, atMs }) => tier === 2 && atMs < end)
      .map((arrival) => ({ ...arrival, id: `flood-${arrival.id}`, tenant: 9 }));
    const both = [...calm, ...flood].toSorted((a, b) => a.atMs - b.atMs);
    const { outcomes } = simulate(stoppable, both);
    const met = (ofFlood: boolean): number => {
      const own = outcomes.filter(
        ({ arrival }) => arrival.tier === 2 && (arrival.tenant === 9) === ofFlood,
      );
      return own.filter(({ ending }) => ending === 'completed').length / own.length;
    };
    expect(met(false)).toBeGreaterThan(0.99);
    expect(met(true)).toBeLessThan(0.7);
  });

  it('that ask for the same get the same, in slot time', () => {
    const arrivals = workload({ seed: 3, load: 3, slots: SLOTS, arrivals: 20_000, tenants: 8 });
    const servedMs = new Map<number, number>();
    for (const { arrival, startedMs, endedMs } of simulate(stoppable, arrivals).stretches) {
      const { tenant } = arrival;
      servedMs.set(tenant, (servedMs.get(tenant) ?? 0) + endedMs - startedMs);
    }
    expect(servedMs.size).toBe(8);
    expect(jainIndex([...servedMs.values()])).toBeGreaterThanOrEqual(0.95);
  });
});

describe('all work', () => {
  it.each(LOADS)('at load %d each arrival ends exactly once, by its deadline', (load) => {
    const { outcomes } = runAt(load);
    expect(outcomes).toHaveLength(arrivalsAt(load).length);
    const late = outcomes.filter(
      ({ arrival, latencyMs }) => arrival.atMs + latencyMs > arrival.deadlineMs + 1e-6,
    );
    expect(late).toEqual([]);
  });

  it('the same seed gives the same schedule', () => {
    const again = simulate(stoppable, arrivalsAt(3)).stretches;
    expect(again.map(({ startedMs }) => startedMs)).toEqual(
      runAt(3).stretches.map(({ startedMs }) => startedMs),
    );
  });

  it('no slot is used twice at once', () => {
    const { stretches } = runAt(1.2);
    const changes = stretches
      .flatMap(({ startedMs, endedMs }) => [
        { atMs: startedMs, by: 1 },
        { atMs: endedMs, by: -1 },
      ])
      .toSorted((a, b) => a.atMs - b.atMs || a.by - b.by);
    let [used, most] = [0, 0];
    for (const { by } of changes) {
      used += by;
      most = Math.max(most, used);
    }
    expect(most).toBe(SLOTS);
  });
});
