import {
  arrivalsLasting,
  BandedTurns,
  FirstInFirstOut,
  goodput,
  inTimeShare,
  latenciesOf,
  percentile,
  type Simulated,
  StrictPriority,
  simulate,
  simulatePeer,
  starved,
  stoppableBackend,
  waste,
  workload,
} from '@holdfast/inference/simulation';
import type { Figures } from '../bench.ts';

const SLOTS = 4;
const TENANTS = 4;

const p99OfTier0 = ({ outcomes }: Pick<Simulated, 'outcomes'>, share = 0.99): number =>
  percentile(latenciesOf(0, outcomes), share);

/** One workload through our scheduler and through the peers' rules, in virtual time. */
export function virtualFigures(plan: {
  readonly load: number;
  readonly seed: number;
  readonly seconds: number;
}): { readonly figures: Figures; readonly starved: number } {
  const { load, seed } = plan;
  const count = arrivalsLasting(plan.seconds, load, SLOTS);
  const arrivals = workload({ seed, load, slots: SLOTS, arrivals: count, tenants: TENANTS });
  const limits = stoppableBackend(SLOTS);
  const alone = simulate(
    limits,
    arrivals.filter(({ tier }) => tier === 0),
  );
  const ours = simulate(limits, arrivals);
  const ratio = (run: Pick<Simulated, 'outcomes'>): number => p99OfTier0(run) / p99OfTier0(alone);
  const peers = {
    fifo: simulatePeer(SLOTS, arrivals, new FirstInFirstOut()),
    strict: simulatePeer(SLOTS, arrivals, new StrictPriority()),
    banded: simulatePeer(SLOTS, arrivals, new BandedTurns()),
  };
  const ofPeers = Object.entries(peers).flatMap(([name, run]) => [
    [`${name}.tier0P99Ratio`, ratio(run)],
    [`${name}.tier0InTime`, inTimeShare(0, arrivals, run.outcomes)],
    [`${name}.goodput`, goodput(SLOTS, arrivals, run.outcomes)],
  ]);
  const figures = {
    tier0P99Ratio: ratio(ours),
    tier0P999Ratio: p99OfTier0(ours, 0.999) / p99OfTier0(alone, 0.999),
    tier0InTime: inTimeShare(0, arrivals, ours.outcomes),
    goodput: goodput(SLOTS, arrivals, ours.outcomes),
    waste: waste(ours),
    ...(Object.fromEntries(ofPeers) as Figures),
  };
  const { floorShare } = limits.tiers[3];
  return { figures, starved: starved(ours, arrivals, { slots: SLOTS, floorShare }) };
}
