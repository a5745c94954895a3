import type { GroupStatus, LogHealth } from '@holdfast/events';
import { Counter, Gauge, Registry } from 'prom-client';
import { METRIC_GROUPS_MAX } from '../limits.ts';

/** How the event log and its groups stand: the database's word, so the same on every process. */
export interface EventFigures {
  readonly groups: readonly GroupStatus[];
  readonly log: LogHealth;
}

interface Figure<Of> {
  readonly name: string;
  readonly help: string;
  /** Undefined: there is no such thing now, and a 0 would say that there is. */
  readonly of: (from: Of) => number | undefined;
  /** `counter` only rises; absent: a gauge. */
  readonly kind?: 'counter';
}

/** Labelled by the group's name and by nothing else: no tenant, patient, event or error text. */
const OF_GROUPS: readonly Figure<GroupStatus>[] = [
  {
    name: 'holdfast_events_group_lag_events',
    help: 'Events after the group cursor, counted up to 10,000',
    of: ({ lag }) => lag,
  },
  {
    name: 'holdfast_events_group_lag_seconds',
    help: 'Age of the oldest event after the group cursor',
    of: ({ cursorLagSeconds }) => cursorLagSeconds,
  },
  {
    name: 'holdfast_events_group_oldest_unprocessed_seconds',
    help: 'Age of the oldest event that is not handled, also behind a parked one',
    of: ({ lagSeconds }) => lagSeconds,
  },
  {
    name: 'holdfast_events_group_parked_streams',
    help: 'Streams that wait because an event of theirs failed',
    of: ({ parkedStreams }) => parkedStreams,
  },
  {
    name: 'holdfast_events_group_retrying_streams',
    help: 'Parked streams that try again by themselves',
    of: ({ retrying }) => retrying,
  },
  {
    name: 'holdfast_events_group_dead_letters',
    help: 'Events that no attempt could handle and nobody redrove',
    of: ({ deadLetters }) => deadLetters,
  },
  {
    name: 'holdfast_events_group_handled_total',
    help: 'Events whose effect was run',
    of: ({ handled }) => handled,
    kind: 'counter',
  },
  {
    name: 'holdfast_events_group_led',
    help: '1 while a process works on the group, else 0',
    of: ({ led }) => Number(led),
  },
];

const OF_THE_LOG: readonly Figure<LogHealth>[] = [
  {
    name: 'holdfast_events_log_events',
    help: 'Events in the log, as the planner estimates',
    of: ({ events }) => events,
  },
  {
    name: 'holdfast_events_outside_months',
    help: 'Events in no month of their own: partitions ahead are missing',
    of: ({ outsideMonths }) => outsideMonths,
  },
  {
    name: 'holdfast_events_slot_active',
    help: '1 while the replication stream pushes, 0 where NOTIFY takes its place',
    of: ({ slot }) => Number(slot?.active === true),
  },
  {
    name: 'holdfast_events_slot_bytes',
    help: 'WAL that the replication slot keeps; absent without a slot',
    of: ({ slot }) => slot?.bytes,
  },
  {
    name: 'holdfast_events_fence_seconds',
    help: 'Age of the oldest write transaction, for which every group waits',
    of: ({ fenceSeconds }) => fenceSeconds,
  },
  {
    name: 'holdfast_postgres_oldest_snapshot_transactions',
    help: 'age(backend_xmin) of the session that holds back vacuum most, in transactions',
    of: ({ oldestSnapshotAge }) => oldestSnapshotAge,
  },
];

export const DATABASE_UP = 'holdfast_database_up';
const GROUPS = 'holdfast_events_groups';

export const EVENT_METRIC_NAMES: readonly string[] = [
  DATABASE_UP,
  GROUPS,
  ...OF_GROUPS.map(({ name }) => name),
  ...OF_THE_LOG.map(({ name }) => name),
];

/**
 * The figures as Prometheus text. Made anew for each scrape, so that what is not known now is absent
 * rather than old.
 *
 * @param figures null while the database is away
 */
export async function exposeEvents(
  figures: EventFigures | null,
): Promise<{ readonly contentType: string; readonly text: string }> {
  const register = new Registry();
  const registers = [register];
  const up = 'Whether the database answered this scrape; 0: nothing else is known';
  new Gauge({ name: DATABASE_UP, help: up, registers }).set(figures === null ? 0 : 1);
  if (figures !== null) {
    const { groups, log } = figures;
    const help = `Consumer groups there are; the first ${METRIC_GROUPS_MAX} by name are told of`;
    new Gauge({ name: GROUPS, help, registers }).set(groups.length);
    for (const figure of OF_GROUPS) tellOfGroups(figure, groups, registers);
    for (const { name, help: meaning, of } of OF_THE_LOG) {
      const value = of(log);
      if (value !== undefined) new Gauge({ name, help: meaning, registers }).set(value);
    }
  }
  return { contentType: register.contentType, text: await register.metrics() };
}

function tellOfGroups(
  { name, help, of, kind }: Figure<GroupStatus>,
  groups: readonly GroupStatus[],
  registers: Registry[],
): void {
  const shape = { name, help, labelNames: ['group'] as const, registers };
  const metric = kind === 'counter' ? new Counter(shape) : new Gauge(shape);
  for (const each of groups.slice(0, METRIC_GROUPS_MAX)) {
    metric.inc({ group: each.group }, of(each) ?? 0);
  }
}
