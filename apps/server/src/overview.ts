import { type Overview, RECENT_EVENTS_MAX } from '@holdfast/api-contract';
import type { EventSource, GroupStatus, LogTail } from '@holdfast/events';
import type { ChildPool, InferenceOrchestrator } from '@holdfast/inference';
import type { Clock, TenantId } from '@holdfast/kernel';
import type { LogKeys, LogSequencer } from '@holdfast/ledger';
import type { DependencyWatch, RequestMeter, SignalRecorder } from '@holdfast/visibility';
import type { Pool } from 'pg';
import type { ModelDesk } from './composition/model-desk.ts';
import type { HandlingTimes } from './handling-times.ts';
import { signalOf } from './http/operations-routes.ts';
import type { Decisions } from './observer.ts';
import type { ScoreLatencies } from './score-latencies.ts';

export interface OverviewSources {
  readonly tenant: TenantId;
  readonly clock: Clock;
  readonly startedAt: Date;
  readonly version: string;
  readonly databaseVersion: string;
  readonly pool: Pool;
  readonly watch: DependencyWatch;
  readonly meter: RequestMeter;
  readonly decisions: Decisions;
  readonly source: EventSource;
  readonly groups: () => Promise<readonly GroupStatus[]>;
  readonly tail: LogTail;
  readonly handlingTimes: HandlingTimes;
  readonly backend: ChildPool;
  readonly orchestrator: InferenceOrchestrator;
  readonly models: ModelDesk;
  readonly scoreLatencies: ScoreLatencies;
  readonly sequencer: LogSequencer;
  readonly keys: LogKeys;
  readonly signals: SignalRecorder;
}

interface EventRow {
  id: string;
  event_id: string;
  occurred_at: Date;
  resource_type: string;
  interaction: 'create' | 'update' | 'delete';
}

const RECENT = `select e.id, e.event_id, e.occurred_at, e.resource_type, e.interaction
  from event e where e.tenant = $1 order by e.xid desc, e.id desc limit $2`;

/** As many as a table shows. */
const GROUPS_SHOWN = 64;

const TIERS = [
  { tier: 0, name: 'Critical', targetMs: 2_000 },
  { tier: 1, name: 'Urgent', targetMs: 10_000 },
  { tier: 2, name: 'Routine', targetMs: 60_000 },
  { tier: 3, name: 'Background', targetMs: 86_400_000 },
] as const;

/** The console's snapshot. What lies in the database is left empty while it is away. */
export async function overviewOf(sources: OverviewSources): Promise<Overview> {
  const { clock, watch, startedAt, version, databaseVersion, decisions } = sources;
  const database = watch.state();
  return {
    at: clock.now().toISOString(),
    startedAt: startedAt.toISOString(),
    version,
    database: {
      state: database.state,
      version: databaseVersion,
      since: database.since.toISOString(),
    },
    requests: requestsOf(sources),
    decisions: { permitted: decisions.permitted, denied: decisions.denied },
    events: await eventsOf(sources).catch(() => ({
      total: 0,
      lastEventAt: null,
      push: pushOf(sources),
      groups: [],
      recent: [],
    })),
    inference: inferenceOf(sources),
    ledger: ledgerOf(sources),
    signals: sources.signals.list().slice(0, 50).map(signalOf),
  };
}

function requestsOf({ meter, decisions }: OverviewSources): Overview['requests'] {
  const reading = meter.read();
  return {
    total: reading.total,
    denied: decisions.denied,
    failed: reading.outcomes.failed,
    inFlight: reading.inFlight,
    perSecond: [...reading.perSecond],
    deniedPerSecond: decisions.perSecond(),
    failedPerSecond: [...reading.failedPerSecond],
    p50Ms: reading.lastMinute.p50Ms,
    p99Ms: reading.lastMinute.p99Ms,
    byOutcome: { ...decisions.byOutcome },
  };
}

function pushOf({ source }: OverviewSources): Overview['events']['push'] {
  const { mode, reason } = source.status();
  return { mode, reason };
}

async function eventsOf(sources: OverviewSources): Promise<Overview['events']> {
  const { pool, tenant, tail, handlingTimes, watch } = sources;
  if (watch.state().state === 'down') throw new Error('the database is away');
  const [{ rows }, groups] = await Promise.all([
    pool.query<EventRow>(RECENT, [tenant, RECENT_EVENTS_MAX]),
    sources.groups(),
  ]);
  return {
    total: tail.total(tenant),
    lastEventAt: rows[0]?.occurred_at.toISOString() ?? null,
    push: pushOf(sources),
    groups: groups.slice(0, GROUPS_SHOWN).map((group) => ({
      group: group.group,
      processed: group.handled,
      lagEvents: group.lag,
      oldestUnprocessedAt: group.oldestWaiting?.toISOString() ?? null,
      parkedStreams: group.parkedStreams,
      deadLetters: group.deadLetters,
      state: group.led ? (group.lag > 0 ? 'catching-up' : 'live') : 'stopped',
    })),
    recent: rows.map((row) => ({
      id: row.event_id,
      at: row.occurred_at.toISOString(),
      type: `${row.resource_type}.${row.interaction}`,
      interaction: row.interaction,
      lagMs: handlingTimes.lagMs(row.event_id),
    })),
  };
}

function inferenceOf({
  backend,
  orchestrator,
  models,
  scoreLatencies,
}: OverviewSources): Overview['inference'] {
  const status = backend.status();
  const snapshot = orchestrator.snapshot();
  return {
    backend: {
      state:
        status.breaker === 'open' ? 'fallback' : status.children.length > 0 ? 'up' : 'starting',
      children: status.children.length,
      restarts: status.deaths,
    },
    models: status.models.map((row) => ({
      ...row,
      statement:
        models.models().find(({ model }) => `${model.id}@${model.version}` === row.model)?.artifact
          .manifest.statement ?? '',
    })),
    rungs: orchestrator.rungs(),
    tiers: TIERS.map((row) => {
      const { cancelled: _cancelled, failed: _failed, ...figures } = snapshot[row.tier];
      return {
        ...row,
        ...figures,
        ...scoreLatencies.read(row.tier),
        oldestWaitMs: figures.waiting === 0 ? null : figures.oldestWaitMs,
      };
    }),
  };
}

function ledgerOf({ sequencer, keys, tenant }: OverviewSources): Overview['ledger'] {
  const status = sequencer.status(tenant);
  return {
    origin: keys.originOf(tenant),
    size: status.size,
    rootHash: Buffer.from(status.rootHash ?? EMPTY_ROOT).toString('hex'),
    pending: status.size - status.checkpointSize,
    pendingSince: status.pendingSince?.toISOString() ?? null,
    lastCheckpointAt: status.lastCheckpointAt?.toISOString() ?? null,
  };
}

/** SHA-256 of nothing: the root of an empty tree (RFC 6962 section 2.1). */
const EMPTY_ROOT = Buffer.from(
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  'hex',
);
