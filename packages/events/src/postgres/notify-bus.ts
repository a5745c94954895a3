import type { Random, Timers } from '@holdfast/kernel';
import type pg from 'pg';
import { EVENT_LIMITS } from '../limits.ts';
import { backoffMs } from '../retry-plan.ts';
import { BARE_WAKE, CoalescedWakes, readWake } from '../wake-message.ts';
import type { Announced } from '../wake-signal.ts';
import { endQuietly, ownConnection } from './relay-connections.ts';

/**
 * What processes tell each other. `join`: a process listens from now on. `wake`: there are new
 * events, of any kind; what is pushed names their kinds instead. `live` and `down`: the relay's stream
 * wakes everybody, or does not.
 */
export type BusMessage = 'join' | 'wake' | 'live' | 'down';

const MESSAGES: ReadonlySet<string> = new Set<BusMessage>(['join', 'wake', 'live', 'down']);
const CHANNEL = 'holdfast_events';

export interface NotifyBusParts {
  readonly url: string;
  readonly timers: Timers;
  readonly random: Random;
  /** From another process. */
  readonly onMessage: (message: BusMessage) => void;
  /** From another process, of a push that names what there is. */
  readonly onAnnounced: (announced: Announced) => void;
  /** Listening (again): what was sent meanwhile is lost, so sweep. */
  readonly onListening: () => void;
  readonly trouble: (error: unknown) => void;
}

/**
 * One connection that listens and notifies, outside every write transaction: a NOTIFY inside one
 * takes a lock of the whole cluster at commit. Says nothing while no other process listens.
 */
export class NotifyBus {
  readonly #parts: NotifyBusParts;
  readonly #waiting = new Set<BusMessage>();
  readonly #pushed = new CoalescedWakes();
  #client: pg.Client | null = null;
  #stopping = false;
  #failures = 0;
  #sending = false;
  #cancelPause: (() => void) | null = null;
  #opening: Promise<void> | null = null;
  /** Another process was heard of. */
  hasPeers = false;
  listening = false;

  constructor(parts: NotifyBusParts) {
    this.#parts = parts;
  }

  /** Resolves after the first attempt, whether or not it succeeded. */
  start(): Promise<void> {
    this.#opening = this.#open();
    return this.#opening;
  }

  /** Tells the other processes; repeated messages in a row go out once. */
  publish(message: BusMessage): void {
    if (!this.hasPeers) return;
    this.#waiting.add(message);
    void this.#send();
  }

  /** Tells them what was pushed: whoever handles none of it need not look. */
  announce(announced: Announced): void {
    if (!this.hasPeers) return;
    this.#pushed.add(announced);
    void this.#send();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#cancelPause?.();
    await this.#opening;
    if (this.#client !== null) await endQuietly(this.#client);
  }

  async #open(): Promise<void> {
    try {
      const client = await ownConnection(this.#parts.url, 'event bus');
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      const own = rows[0]?.pid;
      client.on('notification', ({ processId, payload }) => {
        if (processId !== own && payload !== undefined) this.#hear(payload);
      });
      client.once('end', () => this.#lost(client));
      await client.query(`listen ${CHANNEL}`);
      await client.query('select pg_notify($1, $2)', [CHANNEL, 'join']);
      if (this.#stopping) return await endQuietly(client);
      this.#client = client;
      this.#failures = 0;
      this.listening = true;
      this.#parts.onListening();
    } catch (error) {
      this.#parts.trouble(error);
      this.#reopenLater();
    }
  }

  #hear(payload: string): void {
    const wakes = readWake(payload);
    if (wakes === null && !MESSAGES.has(payload)) return;
    this.hasPeers = true;
    for (const announced of wakes ?? []) {
      if (announced === null) this.#parts.onMessage('wake');
      else this.#parts.onAnnounced(announced);
    }
    if (wakes === null) this.#parts.onMessage(payload as BusMessage); // membership was just checked
  }

  #lost(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = null;
    this.listening = false;
    this.#reopenLater();
  }

  #reopenLater(): void {
    if (this.#stopping) return;
    this.#failures += 1;
    const bounds = {
      firstDelayMs: EVENT_LIMITS.reconnectFirstMs,
      maxDelayMs: EVENT_LIMITS.reconnectLastMs,
    };
    const delayMs = backoffMs(this.#failures, bounds, this.#parts.random);
    this.#cancelPause = this.#parts.timers.after(delayMs, () => {
      this.#opening = this.#open();
    });
  }

  /** One NOTIFY at a time: what comes meanwhile waits and goes out together. */
  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    while (this.#client !== null) {
      const messages = this.#takeWaiting();
      if (messages.length === 0) break;
      try {
        await this.#client.query(
          'select pg_notify($1, message) from unnest($2::text[]) as message',
          [CHANNEL, messages],
        );
      } catch (error) {
        this.#parts.trouble(error);
        // What named its kinds is gone: whatever goes out next has everybody look at everything.
        this.#waiting.add(BARE_WAKE);
        break;
      }
    }
    this.#sending = false;
  }

  #takeWaiting(): string[] {
    const messages = new Set<string>(this.#waiting);
    this.#waiting.clear();
    const pushed = this.#pushed.take();
    // A bare one makes everybody look at everything.
    if (pushed !== null && !messages.has(BARE_WAKE)) messages.add(pushed);
    return [...messages];
  }
}
