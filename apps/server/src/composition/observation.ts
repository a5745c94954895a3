import { join } from 'node:path';
import type { Clock, Random, TenantId } from '@holdfast/kernel';
import {
  AttemptCounts,
  ChangeLog,
  DependencyWatch,
  type Finding,
  findingOf,
  IncidentKeeper,
  localise,
  postgresSignalTable,
  RequestMeter,
  SignalRecorder,
  SignalSpool,
  VISIBILITY_LIMITS,
} from '@holdfast/visibility';
import type { Pool } from 'pg';
import { Decisions, RequestWatcher } from '../observer.ts';

export interface ObservationParts {
  readonly tenant: TenantId;
  readonly owner: Pool;
  readonly workers: Pool;
  readonly dataDirectory: string;
  /** Number of this process where several share the data directory. */
  readonly worker: number | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly trouble: (error: unknown) => void;
}

/** What is seen of the running platform: figures in memory, signals in the database or the spool. */
export interface Observation {
  readonly signals: SignalRecorder;
  readonly incidents: IncidentKeeper;
  readonly watch: DependencyWatch;
  readonly meter: RequestMeter;
  /** Attempts by their attributes, for the causes of failures. */
  readonly attempts: AttemptCounts;
  /** What changed in this process. */
  readonly changes: ChangeLog;
  /** Where attempts failed in that time; null where nothing is known of it. */
  readonly locate: (window: { readonly from: Date; readonly until: Date }) => Finding | null;
  readonly decisions: Decisions;
  readonly watcher: RequestWatcher;
}

/** A file has one writer; a process takes over the spool of its predecessor of the same number. */
const spoolOf = (worker = 1): string =>
  worker === 1 ? 'signals.spool' : `signals-${worker}.spool`;

export async function startObservation(parts: ObservationParts): Promise<Observation> {
  const { tenant, owner, workers, dataDirectory, clock, random, trouble } = parts;
  const signals = new SignalRecorder({
    table: postgresSignalTable(owner),
    spool: new SignalSpool(
      join(dataDirectory, spoolOf(parts.worker)),
      VISIBILITY_LIMITS.spoolFileBytes,
    ),
    trouble,
  });
  await signals.start();
  const attempts = new AttemptCounts(VISIBILITY_LIMITS);
  const locate = locator(attempts, clock);
  const incidents = new IncidentKeeper({ pool: owner, signals, clock, random, locate, trouble });
  await incidents.start();
  const watch = new DependencyWatch({
    dependency: 'postgres',
    cause: 'postgres-unavailable',
    tenants: [tenant],
    signals,
    clock,
    random,
    ping: async () => {
      await workers.query('select 1');
    },
    onChange: ({ state }) => {
      if (state === 'up') signals.databaseAnswers();
    },
  });
  const meter = new RequestMeter(clock);
  const decisions = new Decisions(clock);
  const watcher = new RequestWatcher({
    meter,
    attempts,
    clock,
    decisions,
    watch,
    signals,
    tenant,
  });
  const changes = new ChangeLog(VISIBILITY_LIMITS.changes);
  return { signals, incidents, watch, meter, attempts, changes, locate, decisions, watcher };
}

/** Looks into the counts as they are now: what is older than they reach back is not there. */
function locator(attempts: AttemptCounts, clock: Clock): Observation['locate'] {
  return ({ from, until }) => {
    const offMs = clock.monotonicMs() - clock.now().getTime();
    const window = { fromMs: from.getTime() + offMs, untilMs: until.getTime() + offMs };
    const found = localise(attempts.observations(window));
    if (!found.ok || found.value.observed.failed === 0) return null;
    return findingOf(found.value);
  };
}
