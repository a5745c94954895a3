import {
  type Clock,
  type Random,
  systemClock,
  systemRandom,
  systemTimers,
  type Timers,
} from '@holdfast/kernel';
import pg from 'pg';
import { EVENT_LIMITS } from '../limits.ts';
import { backoffMs, reasonOf } from '../retry-plan.ts';
import type { Announce, Announced, WakeSignal } from '../wake-signal.ts';
import { type BusMessage, NotifyBus } from './notify-bus.ts';
import { endQuietly, ownConnection } from './relay-connections.ts';
import { ReplicationStream } from './replication-stream.ts';
import { SessionLock } from './session-lock.ts';

export interface EventSourceOptions {
  /** The owner's address. */
  readonly url: string;
  /** `notify` leaves logical replication alone. Default: whatever the server allows. */
  readonly mode?: 'automatic' | 'notify';
  readonly timers?: Timers;
  readonly random?: Random;
  readonly clock?: Clock;
  readonly trouble?: (error: unknown) => void;
  /** Told of every change of mode or reason. */
  readonly onChange?: (status: EventSourceStatus) => void;
}

export interface EventSourceStatus {
  /** `logical`: this process's or its relay's replication stream wakes it; `notify`: NOTIFY after commit. */
  readonly mode: 'logical' | 'notify';
  /** This process holds the slot and wakes the others. */
  readonly relay: boolean;
  /** Connected, so that a wake-up from another process arrives. */
  readonly listening: boolean;
  readonly slot: string | null;
  readonly since: Date;
  /** Why there is no logical stream; null where there is one. */
  readonly reason: string | null;
  /** How often this process's own stream came up; above 1 it was lost and came back. */
  readonly streams: number;
}

/** Not this server, not this role: trying again cannot help. 42501 privilege, 55000 wal_level. */
const HOPELESS: ReadonlySet<string> = new Set(['42501', '55000']);

/**
 * Wakes the consumers of this process after each commit that wrote events. It carries no events: the
 * table is the truth, and whoever is woken reads it.
 */
export class EventSource implements WakeSignal {
  readonly #url: string;
  readonly #timers: Timers;
  readonly #random: Random;
  readonly #clock: Clock;
  readonly #trouble: (error: unknown) => void;
  readonly #onChange: (status: EventSourceStatus) => void;
  readonly #listeners = new Set<Announce>();
  readonly #bus: NotifyBus;
  readonly #lock: SessionLock;
  readonly #wantsLogical: boolean;
  #slot: string | null = null;
  #stream: ReplicationStream | null = null;
  #streaming: Promise<void> = Promise.resolve();
  #live = false;
  #relayLive = false;
  #reason: string | null = 'not started';
  #since: Date;
  #streams = 0;
  #endPause: (() => void) | null = null;

  constructor(options: EventSourceOptions) {
    this.#url = options.url;
    this.#timers = options.timers ?? systemTimers;
    this.#random = options.random ?? systemRandom;
    this.#clock = options.clock ?? systemClock;
    this.#trouble = options.trouble ?? (() => undefined);
    this.#onChange = options.onChange ?? (() => undefined);
    this.#wantsLogical = options.mode !== 'notify';
    this.#since = this.#clock.now();
    const parts = {
      url: this.#url,
      timers: this.#timers,
      random: this.#random,
      trouble: this.#trouble,
    };
    this.#bus = new NotifyBus({
      ...parts,
      onMessage: (message) => this.#hear(message),
      onAnnounced: (announced) => this.#announce(announced),
      onListening: () => {
        this.#changed();
        this.#announce(null);
      },
    });
    this.#lock = new SessionLock({
      ...parts,
      name: 'event relay',
      onHeld: async () => {
        this.#bus.publish('down');
        this.#streaming = this.#streamWhileHeld();
      },
      onLost: () => this.#endStream(),
    });
  }

  /** Resolves once wake-ups from other processes arrive; the stream comes up beside that. */
  async start(): Promise<void> {
    await this.#bus.start();
    this.#setReason(this.#wantsLogical ? await this.#whyNotLogical() : 'switched off');
    if (this.#reason === null) {
      this.#setReason('starting');
      this.#lock.start();
    }
  }

  async stop(): Promise<void> {
    await this.#lock.stop();
    await this.#bus.stop();
    this.#listeners.clear();
  }

  subscribe(announce: Announce): () => void {
    this.#listeners.add(announce);
    return () => this.#listeners.delete(announce);
  }

  /**
   * Called after a commit that wrote events. Costs nothing while a replication stream is up; else
   * wakes this process at once and the others by one coalesced NOTIFY.
   */
  notifyCommitted(): void {
    if (this.#live) return;
    this.#announce(null);
    if (!this.#relayLive) this.#bus.publish('wake');
  }

  status(): EventSourceStatus {
    const logical = this.#live || this.#relayLive;
    return {
      mode: logical ? 'logical' : 'notify',
      relay: this.#live,
      listening: this.#bus.listening,
      slot: this.#live ? this.#slot : null,
      since: this.#since,
      reason: logical ? null : this.#reason,
      streams: this.#streams,
    };
  }

  #announce(announced: Announced | null): void {
    for (const announce of this.#listeners) announce(announced);
  }

  #hear(message: BusMessage): void {
    if (message === 'live' || message === 'down') {
      this.#relayLive = message === 'live';
      this.#changed();
    }
    // A newcomer may have swept before this process knew that it listens.
    if (message === 'join') this.#bus.publish(this.#live ? 'live' : 'wake');
    this.#announce(null);
  }

  async #whyNotLogical(): Promise<string | null> {
    try {
      const client = await ownConnection(this.#url, 'relay probe');
      try {
        const { rows } = await client.query<{ wal_level: string; oid: string }>(
          `select current_setting('wal_level') as wal_level, oid::text as oid
             from pg_database where datname = current_database()`,
        );
        this.#slot = `holdfast_events_${rows[0]?.oid}`;
        return rows[0]?.wal_level === 'logical' ? null : `wal_level is ${rows[0]?.wal_level}`;
      } finally {
        await endQuietly(client);
      }
    } catch (error) {
      // The database is away: the lock's own connection keeps trying.
      this.#trouble(error);
      return null;
    }
  }

  async #streamWhileHeld(): Promise<void> {
    for (let failures = 1; this.#lock.held; failures++) {
      if (this.#slot === null) await this.#whyNotLogical();
      const stream = new ReplicationStream({
        url: this.#url,
        slot: this.#slot ?? 'holdfast_events',
        clock: this.#clock,
        onLive: () => {
          failures = 0;
          this.#setLive(true);
        },
        onEvent: (announced) => {
          this.#announce(announced);
          this.#bus.announce(announced);
        },
      });
      this.#stream = stream;
      try {
        await stream.run();
      } catch (error) {
        this.#trouble(error);
        const hopeless = error instanceof pg.DatabaseError && HOPELESS.has(error.code ?? '');
        this.#reason = reasonOf(error, EVENT_LIMITS.reasonCharacters);
        if (!this.#live) this.#changed();
        if (hopeless && !this.#live) return;
      }
      this.#setLive(false);
      this.#stream = null;
      if (!this.#lock.held) return;
      await this.#pause(failures);
    }
  }

  async #endStream(): Promise<void> {
    this.#endPause?.();
    await this.#stream?.stop().catch(this.#trouble);
    await this.#streaming;
    this.#setLive(false);
  }

  #setLive(live: boolean): void {
    if (this.#live === live) return;
    this.#live = live;
    if (live) this.#streams += 1;
    this.#relayLive = false;
    this.#changed();
    this.#bus.publish(live ? 'live' : 'down');
    // Whatever was committed before the stream stood is in the table.
    this.#announce(null);
  }

  #setReason(reason: string | null): void {
    this.#reason = reason;
    this.#changed();
  }

  #changed(): void {
    this.#since = this.#clock.now();
    this.#onChange(this.status());
  }

  #pause(failures: number): Promise<void> {
    const bounds = {
      firstDelayMs: EVENT_LIMITS.reconnectFirstMs,
      maxDelayMs: EVENT_LIMITS.reconnectLastMs,
    };
    return new Promise((resolve) => {
      const delayMs = backoffMs(failures + 1, bounds, this.#random);
      const cancel = this.#timers.after(delayMs, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
  }
}
