import { mostUrgent, type Tier, type UrgencySignal } from './tier.ts';

/** What the requester asked for. FHIR's order is stat > asap > urgent > routine (R4 request-priority). */
export type RequestedPriority = 'stat' | 'asap' | 'urgent' | 'routine' | 'background';

export interface TierRow {
  readonly signal: string;
  /** The row applies from this value upwards. */
  readonly atLeast: number;
  readonly tier: Tier;
}

/** Milliseconds from arrival to answer. */
export interface TierDeadline {
  readonly interactive: number;
  readonly asynchronous: number;
}

/** Urgency as data: replaced by a tenant without code, and named by version in every record. */
export interface TierPolicy {
  readonly id: string;
  readonly version: string;
  readonly requested: Readonly<Record<RequestedPriority, Tier>>;
  /** Tier of work whose requester named no priority, or one we don't know. */
  readonly unstated: Tier;
  readonly rows: readonly TierRow[];
  readonly deadlineMs: Readonly<Record<Tier, TierDeadline>>;
}

export interface Contribution extends UrgencySignal {
  /** The tier its most urgent matching row means; null where it reaches none. */
  readonly tier: Tier | null;
}

export interface TierDecision {
  readonly tier: Tier;
  readonly policy: string;
  readonly requested: string | null;
  readonly requestedTier: Tier;
  /** Every signal that was looked at, whether or not it decided. */
  readonly contributions: readonly Contribution[];
}

function tierOfSignal(policy: TierPolicy, signal: UrgencySignal): Tier | null {
  const reached = policy.rows.filter(
    // A value that is no number says nothing about urgency; it must not pass for a low one.
    (row) => row.signal === signal.id && signal.value >= row.atLeast,
  );
  const first = reached[0];
  if (first === undefined) return null;
  return mostUrgent(
    reached.map((row) => row.tier),
    first.tier,
  );
}

/**
 * The most urgent of all signals and of what was asked for (INF-2): nothing lowers urgency.
 * @param requested priority of the order; unknown values count as unstated
 */
export function assignTier(
  policy: TierPolicy,
  signals: readonly UrgencySignal[],
  requested: string | null,
): TierDecision {
  const requestedTier =
    requested !== null && Object.hasOwn(policy.requested, requested)
      ? policy.requested[requested as RequestedPriority]
      : policy.unstated;
  const contributions = signals.map((signal) => ({
    ...signal,
    tier: tierOfSignal(policy, signal),
  }));
  const tiers = contributions.flatMap((signal) => (signal.tier === null ? [] : [signal.tier]));
  return {
    tier: mostUrgent(tiers, requestedTier),
    policy: `${policy.id}@${policy.version}`,
    requested,
    requestedTier,
    contributions,
  };
}
