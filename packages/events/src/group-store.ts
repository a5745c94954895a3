import type { Cursor } from './cursor.ts';
import type { LogRow } from './lane-plan.ts';
import type { RecordedEvent, StreamRef } from './recorded-event.ts';
import type { ExhaustedPolicy, FailureDecision } from './retry-plan.ts';
import type { SnapshotBounds } from './wake-plan.ts';

/** Proof of leading a group: every commit checks it, so an earlier leader's late work is refused. */
export interface Lead {
  readonly term: bigint;
  readonly cursor: Cursor;
}

/** An event with what its outside work returned. */
export interface PreparedEvent<Prepared> {
  readonly event: RecordedEvent;
  readonly prepared: Prepared;
}

/** A piece of the log as a group sees it. */
export interface LogBatch {
  /** In log order. */
  readonly rows: readonly LogRow[];
  /**
   * Where the group stands once it is through with the rows: beyond everything that its filter left
   * out. null: there is nothing new.
   */
  readonly end: Cursor | null;
  readonly snapshot: SnapshotBounds;
}

export type CommitOutcome =
  | { readonly kind: 'committed' }
  /** Another leader took over, the group was moved or the event is done: take the lead and read anew. */
  | { readonly kind: 'fenced' }
  /** An effect refused; nothing of the transaction remains. */
  | { readonly kind: 'failed'; readonly error: unknown };

export interface ParkedStream extends StreamRef {
  /** The event that failed; everything of the stream from here on waits. */
  readonly seq: bigint;
  readonly attempts: number;
}

export interface ParkingOrder {
  readonly event: RecordedEvent;
  readonly decision: FailureDecision;
  readonly exhausted: ExhaustedPolicy;
  readonly reason: string;
}

/**
 * Where a group keeps its place. The PostgreSQL store and the simulated one implement it. A method
 * rejects only where the database did not answer; nothing is then known of its outcome.
 */
export interface GroupStore<Prepared> {
  /** Takes the lead: raises the term after every open commit of an earlier leader has ended. */
  lead(): Promise<Lead>;
  /** The next events after `after` and below the fence that the group handles. */
  read(after: Cursor, limit: number): Promise<LogBatch>;
  /** Effects, the note that their events are handled and, if given, the cursor: all or nothing. */
  commit(
    lead: Lead,
    work: readonly PreparedEvent<Prepared>[],
    advanceTo: Cursor | null,
  ): Promise<CommitOutcome>;
  /** Moves the cursor alone, and counts effects committed without it. */
  advance(lead: Lead, to: Cursor, handled: number): Promise<'moved' | 'fenced'>;
  /** Parks the event's stream, or sets the event aside where it is dead and the group skips. */
  park(lead: Lead, order: ParkingOrder): Promise<'parked' | 'fenced'>;
  /** Streams whose next attempt is due, longest due first. */
  dueStreams(limit: number): Promise<readonly ParkedStream[]>;
  /**
   * Events of a parked stream from `fromSeq` on that the group handles, that the cursor has passed and
   * that are not done, in order.
   */
  readStream(
    parked: StreamRef & { readonly fromSeq: bigint },
    upTo: Cursor,
    limit: number,
  ): Promise<readonly RecordedEvent[]>;
  /** Ends the parking of a stream that caught up, and counts its effects. */
  release(lead: Lead, stream: StreamRef, handled: number): Promise<'released' | 'fenced'>;
  /** Milliseconds until the earliest retry; null where none is planned. */
  nextRetryMs(): Promise<number | null>;
}
