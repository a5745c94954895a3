import {
  type AnyConsumer,
  ConsumerRuntime,
  type EventSource,
  type GroupStatus,
  LogTail,
  readGroups,
  readLogHealth,
  relayPool,
} from '@holdfast/events';
import type { Clock, Random } from '@holdfast/kernel';
import type { SignalRecorder } from '@holdfast/visibility';
import type { Pool } from 'pg';
import { consumerSignals } from '../consumer-signals.ts';
import type { Database } from '../database.ts';
import { HandlingTimes } from '../handling-times.ts';
import type { EventFigures } from '../metrics/event-metrics.ts';

export interface EventFlowParts {
  readonly database: Database;
  /** Sees every session, as metrics need it. */
  readonly owner: Pool;
  readonly source: EventSource;
  readonly consumers: readonly AnyConsumer[];
  readonly signals: SignalRecorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly trouble: (where: string) => (error: unknown) => void;
}

/** What acts on events, and what shows them. */
export interface EventFlow {
  readonly runtime: ConsumerRuntime;
  readonly tail: LogTail;
  readonly handlingTimes: HandlingTimes;
  /** How every group of the installation stands, those of this process first. */
  readonly groups: () => Promise<readonly GroupStatus[]>;
  /** Ends signals of groups that an earlier process left open, once groups run here. */
  readonly settleSignals: () => Promise<void>;
  /** How the log and every group of the installation stand now. */
  readonly eventFigures: () => Promise<EventFigures>;
  /** Ends the connections of the tail, which is stopped before. */
  closeFlow(): Promise<void>;
}

/** Connections that read the end of the log, and the log for readers that are behind. */
const TAIL_CONNECTIONS = 2;

export function openEventFlow(parts: EventFlowParts): EventFlow {
  const { database, owner, source, consumers, signals, clock, random, trouble } = parts;
  const handlingTimes = new HandlingTimes(clock);
  const watch = consumerSignals({
    signals,
    status: async (group) => (await runtime.status()).find((each) => each.group === group),
    trouble: trouble('consumer signals'),
  });
  const runtime: ConsumerRuntime = new ConsumerRuntime(
    {
      url: database.ownerUrl,
      signal: source,
      trouble: (group, error) => trouble(`consumer ${group}`)(error),
      onHandled: (_group, events) => handlingTimes.handled(events),
      watch,
    },
    consumers,
  );
  const pool = relayPool(database.ownerUrl, TAIL_CONNECTIONS);
  const tail = new LogTail({ pool, signal: source, random, trouble: trouble('event tail') });
  const eventFigures = async (): Promise<EventFigures> => {
    const [groups, log] = await Promise.all([readGroups(pool), readLogHealth(owner)]);
    return { groups, log };
  };
  const own = consumers.map(({ group }) => group);
  const groups = async (): Promise<readonly GroupStatus[]> => {
    const all = await readGroups(pool);
    const place = (group: string) => (own.includes(group) ? own.indexOf(group) : own.length);
    return all.toSorted((one, other) => place(one.group) - place(other.group));
  };
  return {
    groups,
    ...{ runtime, tail, handlingTimes, eventFigures },
    settleSignals: () => watch.settle(),
    closeFlow: () => pool.end(),
  };
}
