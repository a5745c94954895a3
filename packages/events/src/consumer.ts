import type { Queryable } from '@holdfast/postgres';
import { EVENT_LIMITS } from './limits.ts';
import type { EventFilter, RecordedEvent } from './recorded-event.ts';
import type { ExhaustedPolicy, RetryPolicy } from './retry-plan.ts';

/** One run of an effect outside the database. */
export interface ExternalContext {
  /** From 1. */
  readonly attempt: number;
  /** Aborted when the process lets go of the group. */
  readonly signal: AbortSignal;
}

/** An event that could not be handled, as told to the group's hooks. */
export interface FailedEvent {
  readonly group: string;
  readonly event: RecordedEvent;
  readonly attempts: number;
  readonly reason: string;
  /** It only came at a bad moment: what refused it says that the same may succeed later. */
  readonly isPassing: boolean;
}

/** What a group does with the events it handles. */
export interface Consumer<Prepared = void> {
  /** Name of the group: where it stands is kept under this name. */
  readonly group: string;
  readonly handles: EventFilter;
  /**
   * A finer look than `handles`, taken right before an event's turn: what it leaves out costs no
   * transaction. With one lane, everything before the event has had its effect by then.
   */
  concerns?(event: RecordedEvent): boolean;
  /**
   * Slow or outside work, done before any transaction opens: it may run again after a crash, or after
   * another event of the same transaction failed, so whoever receives it deduplicates by
   * `event.eventId`. Its result goes to `effect`.
   */
  external?(event: RecordedEvent, context: ExternalContext): Promise<Prepared>;
  /**
   * The effect in the database: it commits together with the note that the event is handled, so it
   * happens once. Runs as `holdfast_app` behind the tenant wall of the event. Keep it quick: an open
   * transaction holds back the fence of every group.
   */
  effect?(tx: Queryable, event: RecordedEvent, prepared: Prepared): Promise<void>;
  /** Streams handled side by side. Default: 1, the whole log in order; more with `external` work. */
  readonly lanes?: number;
  /**
   * Effects that share a transaction. Default 1. More, for quick effects, only where they write
   * nothing through the store: the second one could not lock its stream first.
   */
  readonly eventsPerTransaction?: number;
  /**
   * Ms between two reads of a group that has something to read each time: events of that time are
   * handled together, and an event that comes alone waits for nothing. Default 0: each is read at once.
   */
  readonly gatherMs?: number;
  readonly retry?: RetryPolicy;
  readonly onExhausted?: ExhaustedPolicy;
  /** Where a new group starts; `now` may include events that were committed just before. */
  readonly startFrom?: 'origin' | 'now';
  /** This process leads the group from its place in the log on; nothing is handled before it resolves. */
  onLead?(): Promise<void>;
  /** It leads no more; the next leader waits until this has resolved, if this process still can. */
  onReleased?(): Promise<void>;
  /** After the fact is committed, as all hooks below; one that throws changes nothing. */
  onHandled?(events: readonly RecordedEvent[]): void;
  /** Their effects ran, and the transaction came to nothing or its end is not known. */
  onUndone?(events: readonly RecordedEvent[]): void;
  onParked?(failed: FailedEvent): void;
  onDeadLetter?(failed: FailedEvent): void;
  /** The parked stream has caught up. */
  onRecovered?(group: string, event: RecordedEvent): void;
}

/** How many effects of a consumer share a transaction. */
export function eventsPerTransaction<Prepared>(consumer: Consumer<Prepared>): number {
  return Math.min(consumer.eventsPerTransaction ?? 1, EVENT_LIMITS.transactionEvents);
}

/** How many streams a consumer handles side by side. */
export function lanesOf<Prepared>(consumer: Consumer<Prepared>): number {
  return consumer.lanes ?? (consumer.external === undefined ? 1 : EVENT_LIMITS.lanes);
}

/** Short enough to be part of the name of a prepared statement and of a broker's consumer. */
const GROUP_NAME = /^[a-z][a-z0-9-]{0,47}$/;

/**
 * Checks a consumer's declaration.
 *
 * @throws TypeError for a name, lane count or retry policy that can never work
 */
export function defineConsumer<Prepared = void>(consumer: Consumer<Prepared>): Consumer<Prepared> {
  if (!GROUP_NAME.test(consumer.group)) {
    throw new TypeError(`a consumer group is named in kebab case, not ${consumer.group}`);
  }
  const { retry } = consumer;
  const lanes = lanesOf(consumer);
  if (!(eventsPerTransaction(consumer) >= 1)) {
    throw new TypeError('a transaction has at least one event');
  }
  const { gatherMs = 0 } = consumer;
  if (!(gatherMs >= 0 && gatherMs <= EVENT_LIMITS.gatherMs)) {
    throw new TypeError(`a group gathers for 0 to ${EVENT_LIMITS.gatherMs} ms`);
  }
  if (!Number.isInteger(lanes) || lanes < 1) throw new TypeError('a group has at least one lane');
  if (retry !== undefined && (retry.maxAttempts < 1 || retry.firstDelayMs <= 0)) {
    throw new TypeError('a retry policy has at least one attempt and a delay above 0');
  }
  if (consumer.external === undefined && consumer.effect === undefined) {
    throw new TypeError(`consumer group ${consumer.group} has no effect`);
  }
  return consumer;
}
