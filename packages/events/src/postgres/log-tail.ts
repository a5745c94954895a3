import { type Random, systemTimers, type Timers } from '@holdfast/kernel';
import type pg from 'pg';
import { type Cursor, compareCursors, ORIGIN } from '../cursor.ts';
import { EVENT_LIMITS } from '../limits.ts';
import { OneTimer } from '../one-timer.ts';
import type { RecordedEvent } from '../recorded-event.ts';
import { backoffMs } from '../retry-plan.ts';
import * as wake from '../wake-plan.ts';
import type { WakeSignal } from '../wake-signal.ts';
import {
  EVENT_COLUMNS,
  type EventRow,
  recordedEvent,
  type SnapshotColumns,
  snapshotOf,
} from './event-row.ts';

export interface LogTailParts {
  /** Whose connections may read the log of every tenant, see `relayPool`. */
  readonly pool: pg.Pool;
  readonly signal: WakeSignal;
  readonly random: Random;
  readonly timers?: Timers;
  readonly trouble?: (error: unknown) => void;
}

/** What is new below the fence. */
const READ = `select pg_snapshot_xmin(s) as snapshot_oldest, pg_snapshot_xmax(s) as snapshot_next,
    r.*
  from pg_current_snapshot() s
  left join lateral (select ${EVENT_COLUMNS('e')} from holdfast.event e
    where (e.xid, e.id) > ($1::xid8, $2::bigint)
      and e.xid < pg_snapshot_xmin(pg_current_snapshot())
    order by e.xid, e.id limit $3) r on true
  order by r.xid, r.id`;

/** The place below the fence, and how many events each tenant has had up to it, in one snapshot. */
const NEWEST = `with fence as (select pg_snapshot_xmin(pg_current_snapshot()) as xid)
  select n.xid, n.id, (select json_object_agg(t.tenant, t.total) from (
      select h.tenant, sum(h.seq) - (select count(*) from holdfast.event e, fence
          where e.tenant = h.tenant and e.xid >= fence.xid) as total
        from holdfast.stream_head h group by h.tenant) t) as totals
    from (select) one left join lateral (select e.xid, e.id from holdfast.event e, fence
      where e.xid < fence.xid order by e.xid desc, e.id desc limit 1) n on true`;

type TailRow = SnapshotColumns & (EventRow | { xid: null });

const carriesEvent = (row: TailRow): row is TailRow & EventRow => row.xid !== null;

interface TailRead {
  readonly events: RecordedEvent[];
  readonly snapshot: wake.SnapshotBounds;
}

interface NewestRow {
  xid: string | null;
  id: string | null;
  totals: Record<string, number> | null;
}

const RECHECK: wake.RecheckBounds = {
  firstMs: EVENT_LIMITS.recheckFirstMs,
  lastMs: EVENT_LIMITS.recheckLastMs,
};
const RECONNECT = {
  firstDelayMs: EVENT_LIMITS.reconnectFirstMs,
  maxDelayMs: EVENT_LIMITS.reconnectLastMs,
};

/**
 * The end of the log, read once for all live readers of a process: those that keep up are served
 * from memory, those that are behind read the log from where they are. Keeps no place of its own in
 * the database, so nothing waits for it.
 */
export class LogTail {
  readonly #parts: LogTailParts;
  readonly #listeners = new Set<() => void>();
  #recent: RecordedEvent[] = [];
  /** `#recent` holds everything after this. */
  #recentFrom: Cursor = ORIGIN;
  #position: Cursor = ORIGIN;
  /** Events up to `#position`, by tenant. Streams have no holes, so their heads are counts. */
  readonly #totals = new Map<number, number>();
  #wake = wake.asleep(RECHECK);
  #running: Promise<void> | null = null;
  #failures = 0;
  #started = false;
  #stopping = false;
  /** Of the next look: a recheck, or the end of a pause after a failure. */
  readonly #timer: OneTimer;
  /** Set while events gather: a live reader sees no difference, and a busy log is read far less often. */
  readonly #gathering: OneTimer;
  #unsubscribe: () => void = () => undefined;

  constructor(parts: LogTailParts) {
    this.#parts = parts;
    const timers = parts.timers ?? systemTimers;
    this.#timer = new OneTimer(timers);
    this.#gathering = new OneTimer(timers);
  }

  /** From here on it follows the log; it comes up by itself where the database is away. */
  start(): void {
    this.#unsubscribe = this.#parts.signal.subscribe((announced) => {
      this.#wake = wake.wakened(this.#wake, announced?.position ?? null);
      this.#kick();
    });
    this.#wake = wake.wakened(this.#wake, null);
    this.#kick();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#unsubscribe();
    this.#timer.cancel();
    this.#gathering.cancel();
    this.#listeners.clear();
    await this.#running;
  }

  /** Everything up to here can be read. */
  get position(): Cursor {
    return this.#position;
  }

  /** Events of a tenant ever committed, up to `position`; retention takes none away. */
  total(tenant: number): number {
    return this.#totals.get(tenant) ?? 0;
  }

  /** The last look at the log failed: what is shown may be out of date. */
  get paused(): boolean {
    return !this.#started || this.#failures > 0;
  }

  /** @returns ends it; `changed` is called when there is more to read, or when `paused` turns */
  subscribe(changed: () => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  /** The next events after a place, in log order, of all tenants; empty where there are none yet. */
  async read(after: Cursor, limit: number): Promise<readonly RecordedEvent[]> {
    if (this.#started && compareCursors(after, this.#recentFrom) >= 0) {
      const from = this.#recent.findIndex((each) => compareCursors(each.position, after) > 0);
      return from < 0 ? [] : this.#recent.slice(from, from + limit);
    }
    return (await this.#readLog(after, limit)).events;
  }

  async #readLog(after: Cursor, limit: number): Promise<TailRead> {
    const values = [String(after.xid), String(after.id), limit];
    const query = { name: 'eve_tail', text: READ, values };
    const { rows } = await this.#parts.pool.query<TailRow>(query);
    const [first] = rows;
    if (first === undefined) throw new Error('a snapshot has one row at least');
    const events = rows.filter(carriesEvent).map(recordedEvent);
    return { events, snapshot: snapshotOf(first) };
  }

  #kick(): void {
    if (this.#stopping || this.#running !== null || this.#gathering.armed) return;
    this.#timer.cancel();
    this.#running = this.#run().finally(() => {
      this.#running = null;
      if (this.#wake.woken && this.#failures === 0) this.#kick();
    });
  }

  async #run(): Promise<void> {
    const failedBefore = this.#failures > 0 || !this.#started;
    this.#wake = wake.readBegins(this.#wake);
    try {
      const outcome = await this.#round();
      this.#failures = 0;
      if (outcome.moved || failedBefore) this.#tell();
      if (outcome.moved) this.#gather();
      const next = wake.readEnds(this.#wake, outcome, RECHECK);
      this.#wake = next.state;
      if (next.action.kind === 'recheck') this.#arm(next.action.afterMs);
    } catch (error) {
      this.#failures += 1;
      this.#parts.trouble?.(error);
      if (!failedBefore) this.#tell();
      this.#arm(backoffMs(this.#failures, RECONNECT, this.#parts.random));
    }
  }

  async #round(): Promise<wake.ReadOutcome> {
    if (!this.#started) await this.#begin();
    const start = this.#position;
    for (;;) {
      const read = await this.#readLog(this.#position, EVENT_LIMITS.batchEvents);
      const { events, snapshot } = read;
      this.#keep(events);
      if (events.length === EVENT_LIMITS.batchEvents) continue;
      const cursor = this.#position;
      return { cursor, moved: compareCursors(cursor, start) > 0, snapshot };
    }
  }

  async #begin(): Promise<void> {
    const { rows } = await this.#parts.pool.query<NewestRow>(NEWEST);
    const { xid, id, totals } = rows[0] ?? { xid: null, id: null, totals: null };
    if (xid !== null && id !== null) this.#position = { xid: BigInt(xid), id: BigInt(id) };
    for (const [tenant, total] of Object.entries(totals ?? {})) {
      this.#totals.set(Number(tenant), Number(total));
    }
    this.#recentFrom = this.#position;
    this.#started = true;
  }

  #keep(events: readonly RecordedEvent[]): void {
    this.#recent.push(...events);
    for (const { tenant } of events) this.#totals.set(tenant, this.total(tenant) + 1);
    this.#position = events.at(-1)?.position ?? this.#position;
    const spare = this.#recent.length - EVENT_LIMITS.tailEvents;
    if (spare <= 0) return;
    this.#recentFrom = this.#recent[spare - 1]?.position ?? this.#recentFrom;
    this.#recent = this.#recent.slice(spare);
  }

  #tell(): void {
    for (const changed of [...this.#listeners]) changed();
  }

  #arm(delayMs: number): void {
    if (this.#stopping) return;
    this.#timer.arm(delayMs, () => {
      this.#wake = wake.due(this.#wake);
      this.#kick();
    });
  }

  /** What comes in the pause is read together when it ends. */
  #gather(): void {
    if (this.#stopping) return;
    this.#gathering.arm(EVENT_LIMITS.tailGatherMs, () => {
      if (this.#wake.woken) this.#kick();
    });
  }
}
