import { faults, type Random, systemRandom, systemTimers, type Timers } from '@holdfast/kernel';
import type pg from 'pg';
import { type Consumer, lanesOf } from '../consumer.ts';
import type { Cursor } from '../cursor.ts';
import { EVENT_FAULTS } from '../errors.ts';
import { GroupRunner } from '../group-runner.ts';
import type { RecordedEvent, StreamRef } from '../recorded-event.ts';
import type { Announced, WakeSignal } from '../wake-signal.ts';
import { ensureGroup } from './claim-lead.ts';
import { type GroupStatus, readGroups } from './group-status.ts';
import { GROUP_CHANNEL, moveGroup, type ReplayFrom, redriveStream } from './move-group.ts';
import { onClient } from './on-client.ts';
import { PostgresGroupStore } from './postgres-group-store.ts';
import { relayPool } from './relay-connections.ts';
import { SessionLock } from './session-lock.ts';

const fault = faults(EVENT_FAULTS);

export interface ConsumerRuntimeOptions {
  /** The owner's address; the runtime has connections of its own. */
  readonly url: string;
  readonly signal: WakeSignal;
  readonly timers?: Timers;
  readonly random?: Random;
  /** Told of what a group survives: a lost connection, a hook that threw. */
  readonly trouble?: (group: string, error: unknown) => void;
  /** Told of what this process handled, after the commit. */
  readonly onHandled?: (group: string, events: readonly RecordedEvent[]) => void;
  /** Told of every group's failures and of their end, beside the consumers' own hooks. */
  readonly watch?: GroupWatch;
}

export type GroupWatch = Required<
  Pick<Consumer<unknown>, 'onParked' | 'onDeadLetter' | 'onRecovered'>
>;

/** A group with what only this process knows of it. */
export interface RunningGroupStatus extends GroupStatus {
  /** This process leads it. */
  readonly leading: boolean;
}

interface RunningGroup {
  readonly name: string;
  readonly lock: SessionLock;
  readonly ensure: () => Promise<void>;
  readonly wake: (announced: Announced | null) => void;
}

/** The groups of this process. Each is led by one process; the others stand by for it. */
export class ConsumerRuntime {
  readonly #options: ConsumerRuntimeOptions;
  readonly #groups = new Map<string, RunningGroup>();
  readonly #pool: pg.Pool;
  #unsubscribe: () => void = () => undefined;

  /** @param consumers as `defineConsumer` returned them; their groups' names differ */
  constructor(options: ConsumerRuntimeOptions, consumers: readonly AnyConsumer[]) {
    this.#options = options;
    const lanes = consumers.reduce((sum, each) => sum + each.lanes, 0);
    this.#pool = relayPool(options.url, lanes + SPARE_CONNECTIONS);
    for (const consumer of consumers) {
      if (this.#groups.has(consumer.group)) {
        throw new TypeError(`two consumers are named ${consumer.group}`);
      }
      this.#groups.set(consumer.group, consumer.run(this.#pool, options));
    }
  }

  /**
   * Contends for every group's lead. Once it resolves, what is committed later is handled by every
   * group, also by a new one that starts from `now`; with the database away that is settled later.
   */
  async start(): Promise<void> {
    this.#unsubscribe = this.#options.signal.subscribe((announced) => {
      for (const group of this.#groups.values()) group.wake(announced);
    });
    await Promise.all([...this.#groups.values()].map((group) => group.ensure()));
    for (const group of this.#groups.values()) group.lock.start();
  }

  /** Finishes what is under way, then lets go of every group. */
  async stop(): Promise<void> {
    this.#unsubscribe();
    await Promise.all([...this.#groups.values()].map((group) => group.lock.stop()));
    await this.#pool.end();
  }

  /** How the groups stand, in the order they were given; one that never led anywhere is left out. */
  async status(): Promise<RunningGroupStatus[]> {
    const groups = await readGroups(this.#pool, [...this.#groups.keys()]);
    return groups.map((group) => ({
      ...group,
      leading: this.#groups.get(group.group)?.lock.held === true,
    }));
  }

  /**
   * Lets a parked stream try again at once, whichever process leads the group.
   *
   * @throws Fault `events/unknown-group`, `events/stream-not-parked`
   */
  async redrive(group: string, stream: StreamRef): Promise<void> {
    await this.#change(group, (client) => redriveStream(client, group, stream));
  }

  /**
   * Moves a group back (or on) and lets it handle everything from there again.
   *
   * @throws Fault `events/unknown-group`, `events/position-from-the-future`
   */
  replay(group: string, from: ReplayFrom): Promise<Cursor> {
    return this.#change(group, (client) => moveGroup(client, group, from));
  }

  #change<Done>(group: string, work: (client: pg.PoolClient) => Promise<Done>): Promise<Done> {
    if (!this.#groups.has(group)) throw fault('events/unknown-group');
    return onClient(this.#pool, async (client) => {
      await client.query('begin');
      const done = await work(client);
      await client.query('commit');
      return done;
    });
  }
}

/** For reading the status and moving a group while every lane works. */
const SPARE_CONNECTIONS = 2;

/** A consumer whose prepared type nobody outside needs to know. */
export interface AnyConsumer {
  readonly group: string;
  readonly lanes: number;
  run(pool: pg.Pool, options: ConsumerRuntimeOptions): RunningGroup;
}

/** Makes a consumer ready to be given to a runtime. */
export function consumerOf<Prepared>(consumer: Consumer<Prepared>): AnyConsumer {
  return {
    group: consumer.group,
    lanes: lanesOf(consumer),
    run: (pool, options) => runGroup(consumer, pool, options),
  };
}

function runGroup<Prepared>(
  consumer: Consumer<Prepared>,
  pool: pg.Pool,
  options: ConsumerRuntimeOptions,
): RunningGroup {
  const name = consumer.group;
  const timers = options.timers ?? systemTimers;
  const random = options.random ?? systemRandom;
  const trouble = (error: unknown) => options.trouble?.(name, error);
  const store = new PostgresGroupStore(pool, consumer);
  const told: Consumer<Prepared> = {
    ...consumer,
    onHandled: (events) => {
      options.onHandled?.(name, events);
      consumer.onHandled?.(events);
    },
    onParked: (failed) => {
      options.watch?.onParked(failed);
      consumer.onParked?.(failed);
    },
    onDeadLetter: (failed) => {
      options.watch?.onDeadLetter(failed);
      consumer.onDeadLetter?.(failed);
    },
    onRecovered: (group, event) => {
      options.watch?.onRecovered(group, event);
      consumer.onRecovered?.(group, event);
    },
  };
  const runner = new GroupRunner({ consumer: told, store, timers, random, trouble });
  const lock = new SessionLock({
    url: options.url,
    name: `consumer ${name}`,
    timers,
    random,
    trouble,
    onHeld: async (client) => {
      client.on('notification', ({ payload }) => {
        if (payload === name) runner.reconsider();
      });
      await client.query(`listen ${GROUP_CHANNEL}`);
      runner.begin();
    },
    onLost: () => runner.suspend(),
  });
  const ensure = () =>
    onClient(pool, (client) => ensureGroup(client, name, consumer.startFrom ?? 'origin')).then(
      () => undefined,
      trouble,
    );
  return { name, lock, ensure, wake: (announced) => runner.wake(announced) };
}
