import type { InferenceLane, Overview } from '../index.ts';
import { RATE_SECONDS } from '../index.ts';

const silence = (): number[] => Array.from({ length: RATE_SECONDS }, () => 0);

function lane(tier: InferenceLane['tier'], name: string, targetMs: number): InferenceLane {
  const counts = { waiting: 0, running: 0, completed: 0, degraded: 0, refused: 0 };
  return { tier, name, ...counts, oldestWaitMs: null, targetMs, p50Ms: null, p99Ms: null };
}

/** A server that has just started and seen nothing: the smallest valid snapshot. */
export function quietOverview(at = '2026-11-24T04:06:00.000Z'): Overview {
  return {
    at,
    startedAt: at,
    version: '0.1.0',
    database: { state: 'up', version: '18.4', since: at },
    requests: {
      total: 0,
      denied: 0,
      failed: 0,
      inFlight: 0,
      perSecond: silence(),
      deniedPerSecond: silence(),
      failedPerSecond: silence(),
      p50Ms: null,
      p99Ms: null,
      byOutcome: {
        succeeded: 0,
        denied: 0,
        notFound: 0,
        conflicted: 0,
        throttled: 0,
        invalid: 0,
        failed: 0,
      },
    },
    decisions: { permitted: 0, denied: 0 },
    events: {
      push: { mode: 'logical', reason: null },
      total: 0,
      lastEventAt: null,
      groups: [],
      recent: [],
    },
    inference: {
      backend: { state: 'up', children: 1, restarts: 0 },
      models: [],
      rungs: { backend: 0, twin: 0, variant: 0, 'in-process': 0 },
      tiers: [
        lane(0, 'Emergency', 1_000),
        lane(1, 'Urgent', 5_000),
        lane(2, 'Routine', 60_000),
        lane(3, 'Batch', 3_600_000),
      ],
    },
    ledger: {
      origin: 'holdfast.example/audit',
      size: 0,
      // SHA-256 of nothing: the root of the empty tree (RFC 6962 section 2.1).
      rootHash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      pending: 0,
      pendingSince: null,
      lastCheckpointAt: null,
    },
    signals: [],
  };
}
