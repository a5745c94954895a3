import { inTransaction } from '@holdfast/postgres';
import { seededRandom, type TestDatabase } from '@holdfast/testkit';
import { type Consumer, defineConsumer } from '../consumer.ts';
import { type AnyConsumer, ConsumerRuntime, consumerOf } from '../postgres/consumer-runtime.ts';
import {
  EventSource,
  type EventSourceOptions,
  type EventSourceStatus,
} from '../postgres/event-source.ts';
import { type Appended, appendEvent } from './append-event.ts';

/** What a stage needs of a database; `TestDatabase` has more. */
export type StageDatabase = Pick<TestDatabase, 'pool' | 'url'>;

/** Resolves each time something is noted; how tests wait without sleeping. */
export class Noticeboard {
  readonly notes: string[] = [];
  readonly #waiting: { enough: () => boolean; resolve: () => void }[] = [];

  note(text: string): void {
    this.notes.push(text);
    for (const each of [...this.#waiting]) {
      if (!each.enough()) continue;
      this.#waiting.splice(this.#waiting.indexOf(each), 1);
      each.resolve();
    }
  }

  until(enough: (notes: readonly string[]) => boolean): Promise<void> {
    if (enough(this.notes)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push({ enough: () => enough(this.notes), resolve });
    });
  }

  has(...texts: string[]): Promise<void> {
    return this.until((notes) => texts.every((text) => notes.includes(text)));
  }
}

/** One process: a source and a runtime of its own. */
export interface Stage {
  readonly source: EventSource;
  readonly runtime: ConsumerRuntime;
  /** Notes `logical` or `notify` at each change. */
  readonly modes: Noticeboard;
  /** Repeatable. */
  stop(): Promise<void>;
}

export async function startStage(
  db: StageDatabase,
  consumers: readonly AnyConsumer[],
  mode: NonNullable<EventSourceOptions['mode']> = 'automatic',
): Promise<Stage> {
  await fencePasses(db);
  const random = seededRandom(7);
  const modes = new Noticeboard();
  const onChange = (status: EventSourceStatus) => modes.note(status.mode);
  const source = new EventSource({ url: db.url, mode, random, onChange });
  const runtime = new ConsumerRuntime({ url: db.url, signal: source, random }, consumers);
  await source.start();
  await runtime.start();
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    await runtime.stop();
    await source.stop();
  };
  return {
    source,
    runtime,
    modes,
    stop: () => (stopping ??= stop()),
  };
}

/** A consumer that records its effects in table `seen` and then on the board. */
export function recorder(
  group: string,
  board: Noticeboard,
  more: Partial<Consumer> = {},
): AnyConsumer {
  return consumerOf(
    defineConsumer({
      group,
      handles: {},
      retry: { maxAttempts: 4, firstDelayMs: 1, maxDelayMs: 4 },
      async effect(tx, event) {
        await tx.query('insert into seen values ($1, $2, $3)', [
          group,
          String(event.stream),
          String(event.seq),
        ]);
        board.note(`${event.stream}/${event.seq}`);
      },
      ...more,
    }),
  );
}

export async function createSeen(db: StageDatabase): Promise<void> {
  await db.pool.query('create table seen (g text, stream bigint, seq bigint, at bigserial)');
  await db.pool.query('grant select, insert on seen to holdfast_app');
  await db.pool.query('grant usage on sequence seen_at_seq to holdfast_app');
}

/** Committed effects of a group in order, as `stream/seq`. */
export async function seen(db: StageDatabase, group: string): Promise<string[]> {
  const { rows } = await db.pool.query<{ what: string }>(
    `select stream || '/' || seq as what from seen where g = $1 order by at`,
    [group],
  );
  return rows.map((row) => row.what);
}

/**
 * Waits until everything in the log is below the fence. Tests of other databases of the same server
 * hold it back with their own transactions.
 */
export async function fencePasses(db: StageDatabase): Promise<void> {
  for (;;) {
    const { rows } = await db.pool.query<{ passed: boolean }>(
      `select coalesce((select xid from holdfast.event order by xid desc limit 1)
         < pg_snapshot_xmin(pg_current_snapshot()), true) as passed`,
    );
    if (rows[0]?.passed === true) return;
  }
}

/** One event in a transaction of its own. */
export function append(db: StageDatabase, what: Appended): Promise<number> {
  return inTransaction(db.pool, (tx) => appendEvent(tx, what));
}
