import { describe, expect, it } from 'vitest';
import { type SchedulerLimits, schedulerLimits } from '../limits.ts';
import { type Outcome, percentile, simulate, simulateFifo } from './testing/simulation.ts';
import { workload } from './testing/workload.ts';

const SLOTS = 4;
const LOADS = [0.8, 1.2, 3, 10];
const preemptible: SchedulerLimits = { ...schedulerLimits, slots: SLOTS, preemptedShare: 0.08 };
const reserveOnly: SchedulerLimits = { ...preemptible, preemptedShare: 0 };

const arrivalsAt = (load: number) =>
  workload({ seed: 7, load, slots: SLOTS, arrivals: 20_000, tenants: 4 });

const tier0Latency = (outcomes: readonly Outcome[], share = 0.99) =>
  percentile(
    outcomes.filter(({ arrival }) => arrival.tier === 0).map(({ latencyMs }) => latencyMs),
    share,
  );

function alone(load: number, share = 0.99): number {
  const critical = arrivalsAt(load).filter(({ tier }) => tier === 0);
  return tier0Latency(simulate(reserveOnly, critical).outcomes, share);
}

describe('tier 0 beside all other work', () => {
  it.each(LOADS)('at load %d its p99 is within 1.05 of tier 0 alone', (load) => {
    const { outcomes, waste } = simulate(preemptible, arrivalsAt(load));
    expect(tier0Latency(outcomes) / alone(load)).toBeLessThanOrEqual(1.05);
    expect(tier0Latency(outcomes, 0.999) / alone(load, 0.999)).toBeLessThanOrEqual(1.2);
    expect(waste).toBeLessThanOrEqual(load <= 3 ? 0.02 : 0.08);
  });

  it.each(LOADS)('at load %d one reserved slot alone keeps its p99 within 2 times', (load) => {
    const { outcomes } = simulate(reserveOnly, arrivalsAt(load));
    expect(tier0Latency(outcomes) / alone(load)).toBeLessThanOrEqual(2);
  });

  it.each(LOADS)('at load %d first-in-first-out fails the same check', (load) => {
    expect(tier0Latency(simulateFifo(SLOTS, arrivalsAt(load))) / alone(load)).toBeGreaterThan(5);
  });

  it.each(LOADS)('at load %d every tier-0 job is answered within its deadline', (load) => {
    const { outcomes } = simulate(preemptible, arrivalsAt(load));
    const critical = outcomes.filter(({ arrival }) => arrival.tier === 0);
    expect(critical.every(({ latencyMs }) => latencyMs <= 100.000001)).toBe(true);
    expect(critical.some(({ ending }) => ending === 'refused')).toBe(false);
  });
});

describe('tenants', () => {
  it('one that floods a tier pushes none of the others out of it', () => {
    const calm = workload({ seed: 11, load: 0.6, slots: SLOTS, arrivals: 6_000, tenants: 4 });
    const end = calm.at(-1)?.atMs ?? 0;
    const flood = workload({ seed: 12, load: 6, slots: SLOTS, arrivals: 60_000 })
      .filter(({ tier, atMs }) => tier === 2 && atMs < end)
      .map((arrival) => ({ ...arrival, id: `flood-${arrival.id}`, tenant: 9 }));
    const both = [...calm, ...flood].toSorted((a, b) => a.atMs - b.atMs);
    const { outcomes } = simulate(preemptible, both);
    const met = (ofFlood: boolean): number => {
      const own = outcomes.filter(
        ({ arrival }) => arrival.tier === 2 && (arrival.tenant === 9) === ofFlood,
      );
      return own.filter(({ ending }) => ending === 'completed').length / own.length;
    };
    expect(met(false)).toBeGreaterThan(0.99);
    expect(met(true)).toBeLessThan(0.5);
  });
});

describe('all work', () => {
  it.each(LOADS)('at load %d each job ends exactly once, by its deadline', (load) => {
    const arrivals = arrivalsAt(load);
    const { outcomes } = simulate(preemptible, arrivals);
    expect(outcomes).toHaveLength(arrivals.length);
    const late = outcomes.filter(
      ({ arrival, latencyMs }) => arrival.atMs + latencyMs > arrival.deadlineMs + 1e-6,
    );
    expect(late).toEqual([]);
  });

  it('the same seed gives the same schedule', () => {
    const first = simulate(preemptible, arrivalsAt(3));
    expect(simulate(preemptible, arrivalsAt(3)).startedIds).toEqual(first.startedIds);
  });

  it('background work gets its turn within its wait cap at load 3', () => {
    const capped: SchedulerLimits = {
      ...preemptible,
      tiers: { ...preemptible.tiers, 3: { ...preemptible.tiers[3], waitCapMs: 20_000 } },
    };
    // Past its cap it stands in front of tiers 1 and 2, so it must run before its 60 s are over.
    const served = (limits: SchedulerLimits) =>
      simulate(limits, arrivalsAt(3)).outcomes.filter(
        ({ arrival, ending }) => arrival.tier === 3 && ending === 'completed',
      ).length;
    const uncapped = { ...capped.tiers[3], waitCapMs: null };
    const without = served({ ...capped, tiers: { ...capped.tiers, 3: uncapped } });
    expect(served(capped)).toBeGreaterThan(without);
  });
});
