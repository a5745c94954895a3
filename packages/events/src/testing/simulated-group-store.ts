import { type Cursor, compareCursors, ORIGIN } from '../cursor.ts';
import type {
  CommitOutcome,
  GroupStore,
  Lead,
  LogBatch,
  ParkedStream,
  ParkingOrder,
  PreparedEvent,
} from '../group-store.ts';
import {
  type EventFilter,
  matches,
  type RecordedEvent,
  type StreamRef,
  streamKey,
} from '../recorded-event.ts';
import type { SnapshotBounds } from '../wake-plan.ts';
import type { Mutation, SimulatedLog } from './simulated-log.ts';
import type { SimulatedWorld } from './simulated-world.ts';

interface Parked extends ParkedStream {
  readonly dueMs: number | null;
}

const NOTHING_OPEN: SnapshotBounds = { oldest: 1n, next: 1n };

/** What the database keeps of a group: outlives every process. */
export class GroupRecord {
  term = 0n;
  cursor: Cursor = ORIGIN;
  readonly inbox = new Map<string, { seq: bigint; position: Cursor }>();
  readonly parked = new Map<string, Parked>();
  readonly dead: RecordedEvent[] = [];
  /** Committed effects, in order of commit. */
  readonly effects: RecordedEvent[] = [];
}

export interface StoreParts {
  readonly world: SimulatedWorld;
  readonly log: SimulatedLog;
  readonly record: GroupRecord;
  readonly mutation: Mutation | null;
  /** What the group handles. */
  readonly handles: EventFilter;
  /** The longest pause the group's retry policy makes. */
  readonly maxDelayMs: number;
  /** Whether the effect of this event refuses this time. */
  readonly refuses: (event: RecordedEvent) => boolean;
}

/** One process's connections. Once cut, nothing it has under way takes effect. */
export class SimulatedGroupStore implements GroupStore<void> {
  readonly #parts: StoreParts;
  #cut = false;
  #stall = 0;
  #blind: boolean;
  /** Most rows that one read gave. */
  mostRows = 0;

  constructor(parts: StoreParts) {
    this.#parts = parts;
    this.#blind = parts.mutation === 'no sweep at the start';
  }

  /** The connections break: what is not committed is gone, and every call fails. */
  cut(): void {
    this.#cut = true;
  }

  /** The process stalls: others get much further than it does. */
  stall(steps: number): void {
    this.#stall = steps;
  }

  mend(): void {
    this.#cut = false;
  }

  async lead(): Promise<Lead> {
    await this.#travel();
    const { record } = this.#parts;
    record.term += 1n;
    return { term: record.term, cursor: record.cursor };
  }

  async read(after: Cursor, limit: number): Promise<LogBatch> {
    await this.#travel();
    const { record, log, mutation } = this.#parts;
    if (this.#blind) {
      this.#blind = false;
      return { rows: [], end: null, snapshot: NOTHING_OPEN };
    }
    const visible = log.visible(after);
    const settled = visible.filter(({ fenced }) => !fenced);
    const found = settled.filter(({ event }) => matches(this.#parts.handles, event));
    this.mostRows = Math.max(this.mostRows, Math.min(limit, found.length));
    const rows = found.slice(0, limit).map(({ event }) => ({
      event,
      done: mutation === 'no inbox' ? null : (record.inbox.get(streamKey(event)) ?? null),
      parked: mutation !== 'followers do not wait' && record.parked.has(streamKey(event)),
    }));
    const horizon = mutation === 'passes what the fence hides' ? visible : settled;
    const last = rows.length < limit ? horizon.at(-1) : rows.at(-1);
    const waits = mutation !== 'no re-check' && mutation !== 'sleeps over what is decoded early';
    const snapshot = waits ? log.snapshot() : NOTHING_OPEN;
    return { rows, end: last?.event.position ?? null, snapshot };
  }

  async commit(
    lead: Lead,
    work: readonly PreparedEvent<void>[],
    advanceTo: Cursor | null,
  ): Promise<CommitOutcome> {
    const { record, world, mutation } = this.#parts;
    const early = mutation === 'cursor before effect';
    await this.#travel();
    if (early && advanceTo !== null) record.cursor = advanceTo;
    await world.step();
    for (const { event } of work) {
      if (this.#parts.refuses(event)) return { kind: 'failed', error: new Error('refused') };
    }
    await this.#travel();
    if (!this.#leads(lead)) return { kind: 'fenced' };
    if (work.some(({ event }) => this.#done(event))) return { kind: 'fenced' };
    for (const { event } of work) {
      record.effects.push(event);
    }
    if (mutation === 'effect apart from its note') await this.#travel();
    for (const { event } of work) {
      record.inbox.set(streamKey(event), { seq: event.seq, position: event.position });
    }
    if (advanceTo !== null) record.cursor = advanceTo;
    return this.#answer({ kind: 'committed' });
  }

  async advance(lead: Lead, to: Cursor): Promise<'moved' | 'fenced'> {
    await this.#travel();
    if (!this.#leads(lead)) return 'fenced';
    this.#parts.record.cursor = to;
    return this.#answer('moved');
  }

  async park(lead: Lead, order: ParkingOrder): Promise<'parked' | 'fenced'> {
    await this.#travel();
    const { record, world } = this.#parts;
    if (!this.#leads(lead)) return 'fenced';
    const { event, decision, exhausted } = order;
    if (decision.kind === 'dead') record.dead.push(event);
    if (decision.kind === 'dead' && exhausted === 'skip') {
      record.inbox.set(streamKey(event), { seq: event.seq, position: event.position });
      return this.#answer('parked');
    }
    record.parked.set(streamKey(event), {
      tenant: event.tenant,
      stream: event.stream,
      seq: event.seq,
      attempts: decision.attempts,
      dueMs: decision.kind === 'retry' ? world.wallMs + decision.delayMs : null,
    });
    return this.#answer('parked');
  }

  async dueStreams(limit: number): Promise<readonly ParkedStream[]> {
    await this.#travel();
    const due = (each: Parked) => each.dueMs !== null && this.#waitMs(each.dueMs) <= 0;
    return [...this.#parts.record.parked.values()].filter(due).slice(0, limit);
  }

  async readStream(
    from: StreamRef & { readonly fromSeq: bigint },
    upTo: Cursor,
    limit: number,
  ): Promise<readonly RecordedEvent[]> {
    await this.#travel();
    return this.#parts.log
      .visible(ORIGIN)
      .map(({ event }) => event)
      .filter((event) => event.stream === from.stream && event.seq >= from.fromSeq)
      .filter((event) => compareCursors(event.position, upTo) <= 0)
      .filter((event) => matches(this.#parts.handles, event) && !this.#done(event))
      .slice(0, limit);
  }

  async release(lead: Lead, stream: StreamRef): Promise<'released' | 'fenced'> {
    await this.#travel();
    if (!this.#leads(lead)) return 'fenced';
    this.#parts.record.parked.delete(streamKey(stream));
    return this.#answer('released');
  }

  async nextRetryMs(): Promise<number | null> {
    await this.#travel();
    const { record, mutation } = this.#parts;
    if (mutation === 'no retry timer') return null;
    const waits = [...record.parked.values()].flatMap(({ dueMs }) =>
      dueMs === null ? [] : [this.#waitMs(dueMs)],
    );
    return waits.length === 0 ? null : Math.max(0, Math.min(...waits));
  }

  /** A due time farther off than any policy sets was set by another clock: it is due. */
  #waitMs(dueMs: number): number {
    const { world, maxDelayMs, mutation } = this.#parts;
    const waitMs = dueMs - world.wallMs;
    return waitMs > maxDelayMs && mutation !== 'trusts the wall clock' ? 0 : waitMs;
  }

  #done(event: RecordedEvent): boolean {
    const { record, mutation } = this.#parts;
    return mutation !== 'no inbox' && event.seq <= (record.inbox.get(streamKey(event))?.seq ?? 0n);
  }

  #leads(lead: Lead): boolean {
    return this.#parts.mutation === 'no term' || lead.term === this.#parts.record.term;
  }

  /** The way to the database, on which the connection may break. */
  async #travel(): Promise<void> {
    for (let i = 0; i <= this.#stall; i++) await this.#parts.world.step();
    if (this.#cut) throw new Error('connection lost');
  }

  /** The way back: a broken connection hides an outcome that stands. */
  async #answer<Outcome>(outcome: Outcome): Promise<Outcome> {
    await this.#travel();
    return outcome;
  }
}
