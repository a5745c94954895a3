import type { ResourceKey, TenantId } from '@holdfast/kernel';
import type pg from 'pg';
import type { Consumer } from '../consumer.ts';
import type { Cursor } from '../cursor.ts';
import type {
  CommitOutcome,
  GroupStore,
  Lead,
  LogBatch,
  ParkedStream,
  ParkingOrder,
  PreparedEvent,
} from '../group-store.ts';
import type { LogRow } from '../lane-plan.ts';
import { DEFAULT_RETRY } from '../limits.ts';
import type { RecordedEvent, StreamRef } from '../recorded-event.ts';
import { claimLead } from './claim-lead.ts';
import {
  EVENT_COLUMNS,
  type EventRow,
  recordedEvent,
  type SnapshotColumns,
  snapshotOf,
} from './event-row.ts';
import { filterCondition } from './filter-condition.ts';
import { onClient } from './on-client.ts';

/** Of a transaction that a newer term refuses. */
class TermPassed extends Error {}

/** One snapshot says what there is and how far a group has come that handles nothing of it. */
const read = (condition: string): string => `with horizon as (
    select xid, id from holdfast.event where xid < pg_snapshot_xmin(pg_current_snapshot())
    order by xid desc, id desc limit 1)
  select pg_snapshot_xmin(s) as snapshot_oldest, pg_snapshot_xmax(s) as snapshot_next,
    h.xid as end_xid, h.id as end_id, r.*
  from pg_current_snapshot() s
  left join horizon h on (h.xid, h.id) > ($2::xid8, $3::bigint) left join lateral (
    select ${EVENT_COLUMNS('e')},
      i.seq as done_seq, i.xid as done_xid, i.id as done_id, p.stream is not null as parked
    from holdfast.event e
    left join holdfast.consumer_inbox i
      on i.tenant = e.tenant and i.consumer_group = $1 and i.stream = e.stream
    left join holdfast.consumer_parked p
      on p.tenant = e.tenant and p.consumer_group = $1 and p.stream = e.stream
    where (e.xid, e.id) > ($2::xid8, $3::bigint)
      and e.xid < pg_snapshot_xmin(pg_current_snapshot()) and ${condition}
    order by e.xid, e.id limit $4) r on h.xid is not null
  order by r.xid, r.id`;

const readStream = (condition: string): string => `select ${EVENT_COLUMNS('e')}
  from holdfast.event e
  left join holdfast.consumer_inbox i
    on i.tenant = e.tenant and i.consumer_group = $1 and i.stream = e.stream
  where e.tenant = $2 and e.stream = $3 and e.seq >= $4 and e.seq > coalesce(i.seq, 0)
    and (e.xid, e.id) <= ($5::xid8, $6::bigint) and ${condition}
  order by e.seq limit $7`;

const RECEIVE = `insert into holdfast.consumer_inbox as i
    (tenant, consumer_group, stream, seq, xid, id)
  select tenant, $1, stream, seq, xid, id
    from unnest($2::smallint[], $3::bigint[], $4::bigint[], $5::xid8[], $6::bigint[])
      as t(tenant, stream, seq, xid, id)
  on conflict (tenant, consumer_group, stream)
    do update set seq = excluded.seq, xid = excluded.xid, id = excluded.id
    where i.seq < excluded.seq`;

const PARK = `insert into holdfast.consumer_parked as p
    (tenant, consumer_group, stream, seq, event_id, attempts, next_attempt_at, reason)
  values ($1, $2, $3, $4, $5, $6, clock_timestamp() + $7 * interval '1 millisecond', $8)
  on conflict (tenant, consumer_group, stream) do update set seq = excluded.seq,
    event_id = excluded.event_id, attempts = excluded.attempts, reason = excluded.reason,
    next_attempt_at = excluded.next_attempt_at`;

const BURY = `insert into holdfast.dead_letter
    (tenant, consumer_group, stream, seq, event_id, attempts, reason)
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (tenant, consumer_group, stream, seq) do update set attempts = excluded.attempts,
    reason = excluded.reason, dead_at = clock_timestamp(), redriven_at = null`;

/**
 * A group's place in PostgreSQL. Every change names its term and holds the group's row, so that two
 * leaders never change anything side by side.
 */
export class PostgresGroupStore<Prepared> implements GroupStore<Prepared> {
  readonly #pool: pg.Pool;
  readonly #consumer: Consumer<Prepared>;
  /** Both differ from group to group, so their names do. */
  readonly #read: pg.QueryConfig;
  readonly #readStream: pg.QueryConfig;

  /** @param pool whose connections act as `holdfast_relay`, see `relayPool` */
  constructor(pool: pg.Pool, consumer: Consumer<Prepared>) {
    this.#pool = pool;
    this.#consumer = consumer;
    const condition = filterCondition(consumer.handles, 'e');
    this.#read = { name: `eve_read_${consumer.group}`, text: read(condition) };
    this.#readStream = { name: `eve_stream_${consumer.group}`, text: readStream(condition) };
  }

  lead(): Promise<Lead> {
    const { group, startFrom } = this.#consumer;
    return this.#asRelay((client) => claimLead(client, group, startFrom ?? 'origin'));
  }

  async read(after: Cursor, limit: number): Promise<LogBatch> {
    const values = [this.#consumer.group, String(after.xid), String(after.id), limit];
    const { rows: found } = await this.#query<ReadRow>({ ...this.#read, values });
    const [first] = found;
    if (first === undefined) throw new Error('a snapshot has one row at least');
    const { end_xid: endXid, end_id: endId } = first;
    const snapshot = snapshotOf(first);
    if (endXid === null || endId === null) return { rows: [], end: null, snapshot };
    const rows = found.filter(carriesEvent).map((row) => ({
      event: recordedEvent(row),
      done: doneOf(row),
      parked: row.parked,
    }));
    const last = rows.length < limit ? undefined : rows.at(-1);
    const horizon = { xid: BigInt(endXid), id: BigInt(endId) };
    return { rows, end: last?.event.position ?? horizon, snapshot };
  }

  async commit(
    lead: Lead,
    work: readonly PreparedEvent<Prepared>[],
    advanceTo: Cursor | null,
  ): Promise<CommitOutcome> {
    return onClient(this.#pool, async (client, lost) => {
      // A connection that cannot even begin is no failure of the event.
      await client.query('begin');
      try {
        // Effects come first: a row lock draws a transaction id, and an effect that writes events
        // must lock its stream before it has one, or the stream's order in the log breaks.
        // One that never returns ends with its connection, which the server closes in time.
        await Promise.race([this.#runEffects(client, work), lost]);
        await this.#hold(client, lead);
        await this.#receive(client, work);
        if (advanceTo !== null)
          await this.#moveCursor(client, lead, { to: advanceTo, handled: work.length });
        const { command } = await client.query('commit');
        if (command !== 'COMMIT') throw new Error('an effect went on after a failed statement');
        return { kind: 'committed' };
      } catch (error) {
        if (error instanceof TermPassed) return { kind: 'fenced' };
        return { kind: 'failed', error };
      }
    });
  }

  /**
   * One round trip and no wait for the disk: a server that crashes and forgets it reads those events
   * again, and their effects are in the inbox.
   */
  async advance(lead: Lead, to: Cursor, handled: number): Promise<'moved' | 'fenced'> {
    const moved = await this.#pool.query(
      `set local synchronous_commit = off;
       update holdfast.consumer_group set xid = '${to.xid}', id = ${to.id},
         handled = handled + ${handled}, moved_at = clock_timestamp()
       where name = '${this.#consumer.group}' and term = ${lead.term}`,
    );
    // Two statements give two results, which the driver's types do not say.
    const [, { rowCount }] = moved as unknown as [unknown, pg.QueryResult];
    return rowCount === 1 ? 'moved' : 'fenced';
  }

  park(lead: Lead, order: ParkingOrder): Promise<'parked' | 'fenced'> {
    const { event, decision, exhausted, reason } = order;
    const { group } = this.#consumer;
    const key = [event.tenant, group, String(event.stream), String(event.seq), event.eventId];
    return this.#fenced(async (client) => {
      await this.#hold(client, lead);
      if (decision.kind === 'dead') await client.query(BURY, [...key, decision.attempts, reason]);
      if (decision.kind === 'dead' && exhausted === 'skip') {
        await client.query(RECEIVE, inboxColumns(group, [event]));
      } else {
        const delayMs = decision.kind === 'retry' ? decision.delayMs : null;
        await client.query(PARK, [...key, decision.attempts, delayMs, reason]);
      }
      return 'parked' as const;
    });
  }

  async dueStreams(limit: number): Promise<readonly ParkedStream[]> {
    const { rows } = await this.#query<ParkedRow>({
      name: 'eve_due',
      text: `select tenant, stream, seq, attempts from holdfast.consumer_parked
        where consumer_group = $1 and (next_attempt_at <= clock_timestamp()
          or next_attempt_at > clock_timestamp() + $3 * interval '1 millisecond')
        order by next_attempt_at limit $2`,
      values: [this.#consumer.group, limit, this.#longestPauseMs()],
    });
    return rows.map((row) => ({
      tenant: row.tenant as TenantId,
      stream: BigInt(row.stream) as ResourceKey,
      seq: BigInt(row.seq),
      attempts: row.attempts,
    }));
  }

  async readStream(
    from: StreamRef & { readonly fromSeq: bigint },
    upTo: Cursor,
    limit: number,
  ): Promise<readonly RecordedEvent[]> {
    const { group } = this.#consumer;
    const place = [from.tenant, String(from.stream), String(from.fromSeq)];
    const values = [group, ...place, String(upTo.xid), String(upTo.id), limit];
    const { rows } = await this.#query<EventRow>({ ...this.#readStream, values });
    return rows.map(recordedEvent);
  }

  release(lead: Lead, stream: StreamRef, handled: number): Promise<'released' | 'fenced'> {
    return this.#fenced(async (client) => {
      await this.#moveCursor(client, lead, { to: null, handled });
      await client.query(
        `delete from holdfast.consumer_parked
          where tenant = $1 and consumer_group = $2 and stream = $3`,
        [stream.tenant, this.#consumer.group, String(stream.stream)],
      );
      return 'released' as const;
    });
  }

  async nextRetryMs(): Promise<number | null> {
    const { rows } = await this.#query<{ wait_ms: number | null }>({
      name: 'eve_next_retry',
      text: `select (extract(epoch from min(next_attempt_at) - clock_timestamp()) * 1000)::float8
          as wait_ms
        from holdfast.consumer_parked
        where consumer_group = $1 and next_attempt_at is not null`,
      values: [this.#consumer.group],
    });
    const wait = rows[0]?.wait_ms ?? null;
    if (wait === null) return null;
    return wait > this.#longestPauseMs() ? 0 : Math.max(0, wait);
  }

  /** A retry planned farther ahead was planned before the database's clock was set back: it is due. */
  #longestPauseMs(): number {
    return (this.#consumer.retry ?? DEFAULT_RETRY).maxDelayMs;
  }

  /** Keeps the group's row, and with it any other leader out, until the transaction ends. */
  async #hold(client: pg.PoolClient, lead: Lead): Promise<void> {
    const { rowCount } = await client.query({
      name: 'eve_hold',
      text: 'select from holdfast.consumer_group where name = $1 and term = $2 for share',
      values: [this.#consumer.group, String(lead.term)],
    });
    if (rowCount !== 1) throw new TermPassed();
  }

  /** Notes the events as handled; one that is noted already means that this plan is out of date. */
  async #receive(client: pg.PoolClient, work: readonly PreparedEvent<Prepared>[]): Promise<void> {
    const newest = new Map(work.map(({ event }) => [`${event.tenant}:${event.stream}`, event]));
    const values = inboxColumns(this.#consumer.group, [...newest.values()]);
    const { rowCount } = await client.query({ name: 'eve_receive', text: RECEIVE, values });
    if (rowCount !== newest.size) throw new TermPassed();
  }

  async #runEffects(
    client: pg.PoolClient,
    work: readonly PreparedEvent<Prepared>[],
  ): Promise<void> {
    if (this.#consumer.effect === undefined) return;
    let tenant: TenantId | null = null;
    for (const { event, prepared } of work) {
      if (tenant !== event.tenant) {
        tenant = event.tenant;
        await client.query(
          `select set_config('role', 'holdfast_app', true), set_config('holdfast.tenant', $1, true)`,
          [String(tenant)],
        );
      }
      await this.#consumer.effect(client, event, prepared);
    }
    await client.query('set local role holdfast_relay');
  }

  async #moveCursor(
    client: pg.PoolClient,
    lead: Lead,
    { to, handled }: { readonly to: Cursor | null; readonly handled: number },
  ): Promise<void> {
    const { rowCount } = await client.query({
      name: 'eve_move',
      text: `update holdfast.consumer_group set xid = coalesce($3::xid8, xid),
          id = coalesce($4, id), handled = handled + $5, moved_at = clock_timestamp()
        where name = $1 and term = $2`,
      values: [
        this.#consumer.group,
        String(lead.term),
        to === null ? null : String(to.xid),
        to === null ? null : String(to.id),
        handled,
      ],
    });
    if (rowCount !== 1) throw new TermPassed();
  }

  /** A transaction as the consumers' role that a newer term turns away. */
  async #fenced<Done>(work: (client: pg.PoolClient) => Promise<Done>): Promise<Done | 'fenced'> {
    try {
      return await this.#asRelay(work);
    } catch (error) {
      if (error instanceof TermPassed) return 'fenced';
      throw error;
    }
  }

  #asRelay<Done>(work: (client: pg.PoolClient) => Promise<Done>): Promise<Done> {
    return onClient(this.#pool, async (client) => {
      await client.query('begin');
      const done = await work(client);
      await client.query('commit');
      return done;
    });
  }

  #query<Row extends pg.QueryResultRow>(query: pg.QueryConfig): Promise<pg.QueryResult<Row>> {
    return this.#pool.query<Row>(query);
  }
}

/** What a read gives where the group handles nothing of what there is. */
interface HorizonRow extends SnapshotColumns {
  /** null: nothing is new below the fence. */
  end_xid: string | null;
  end_id: string | null;
  xid: null;
}

interface EventReadRow extends EventRow, SnapshotColumns {
  end_xid: string;
  end_id: string;
  done_seq: string | null;
  done_xid: string | null;
  done_id: string | null;
  parked: boolean;
}

type ReadRow = HorizonRow | EventReadRow;

const carriesEvent = (row: ReadRow): row is EventReadRow => row.xid !== null;

interface ParkedRow {
  tenant: number;
  stream: string;
  seq: string;
  attempts: number;
}

function doneOf(row: EventReadRow): LogRow['done'] {
  if (row.done_seq === null || row.done_xid === null || row.done_id === null) return null;
  return {
    seq: BigInt(row.done_seq),
    position: { xid: BigInt(row.done_xid), id: BigInt(row.done_id) },
  };
}

function inboxColumns(group: string, events: readonly RecordedEvent[]): unknown[] {
  return [
    group,
    events.map((event) => event.tenant),
    events.map((event) => String(event.stream)),
    events.map((event) => String(event.seq)),
    events.map((event) => String(event.position.xid)),
    events.map((event) => String(event.position.id)),
  ];
}
