import { type Random, systemRandom, systemTimers, type Timers } from '@holdfast/kernel';
import {
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type pg from 'pg';
import { type Consumer, defineConsumer } from '../consumer.ts';
import { type Cursor, compareCursors, ORIGIN } from '../cursor.ts';
import { BROKER_LIMITS, EVENT_LIMITS } from '../limits.ts';
import { batchBefore, newestHandled } from '../postgres/relayed-positions.ts';
import type { RecordedEvent } from '../recorded-event.ts';
import { backoffMs } from '../retry-plan.ts';
import { connectBroker } from './broker-connection.ts';
import type { BrokerSettings } from './broker-settings.ts';
import { decodeEvent, encodeEvent } from './event-message.ts';
import { ensureEventStream } from './event-stream.ts';
import { BROKER_STREAM, subjectOf } from './event-subject.ts';

export const RELAY_GROUP = 'nats-relay';
const RETRY = {
  firstDelayMs: BROKER_LIMITS.retryFirstMs,
  maxDelayMs: BROKER_LIMITS.retryLastMs,
};

export interface NatsRelayParts {
  readonly settings: BrokerSettings;
  /** Reads the log, as `relayPool` gives it. */
  readonly pool: pg.Pool;
  /** Lets the relay's group handle again everything after a position. */
  readonly replay: (after: Cursor) => Promise<unknown>;
  readonly timers?: Timers;
  readonly random?: Random;
  readonly trouble: (error: unknown) => void;
  /** The broker takes events, for the first time or again. */
  readonly onReady?: () => void;
}

interface Session {
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
}

/**
 * Hands the log over to JetStream: a consumer group like any other, whose outside work is a
 * publication. The cursor moves after the broker's acknowledgement, so a crash in between hands over
 * again, under the same message id. While the broker is away the group waits; nothing is parked.
 *
 * Each time it (re)connects it asks whether the broker still has what it acknowledged. What a
 * destroyed or truncated stream lost is handed over again out of the log.
 */
export class NatsRelay {
  readonly consumer: Consumer;
  readonly #parts: NatsRelayParts;
  readonly #timers: Timers;
  readonly #random: Random;
  readonly #stopping = new AbortController();
  #connection: NatsConnection | null = null;
  #session: Promise<Session> | null = null;

  constructor(parts: NatsRelayParts) {
    this.#parts = parts;
    this.#timers = parts.timers ?? systemTimers;
    this.#random = parts.random ?? systemRandom;
    this.consumer = defineConsumer({
      group: RELAY_GROUP,
      handles: {},
      external: (event, { signal }) => this.#handOver(event, signal),
      // Nothing is done in the database: fifty acknowledgements share one move of the cursor.
      eventsPerTransaction: EVENT_LIMITS.transactionEvents,
      onLead: async () => this.#look(),
    });
  }

  /** Connected and the stream is fit. */
  get connected(): boolean {
    return this.#connection !== null && this.#session !== null;
  }

  /** After the runtime of its group has stopped. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#session?.catch(() => undefined);
    await this.#connection?.close();
  }

  async #handOver(event: RecordedEvent, signal: AbortSignal): Promise<void> {
    const [subject, message] = [subjectOf(event), encodeEvent(event)];
    for (let failures = 1; ; failures++) {
      signal.throwIfAborted();
      const session = this.#open();
      try {
        const { js } = await session;
        await js.publish(subject, message, {
          msgID: event.eventId,
          timeout: BROKER_LIMITS.acknowledgeMs,
          expect: { streamName: BROKER_STREAM },
        });
        return;
      } catch (error) {
        signal.throwIfAborted();
        this.#parts.trouble(error);
        // Whatever went wrong, the stream may be another one now.
        if (this.#session === session) this.#session = null;
        await this.#pause(backoffMs(failures, RETRY, this.#random), signal);
      }
    }
  }

  /** Finds out at once what a broker lost meanwhile, also while nothing is written. */
  #look(): void {
    this.#open().catch((error: unknown) => {
      this.#session = null;
      if (!this.#stopping.signal.aborted) this.#parts.trouble(error);
    });
  }

  #open(): Promise<Session> {
    this.#session ??= this.#prepare();
    return this.#session;
  }

  async #prepare(): Promise<Session> {
    this.#stopping.signal.throwIfAborted();
    this.#connection ??= await this.#connect();
    const options = { timeout: BROKER_LIMITS.acknowledgeMs };
    const jsm = await jetstreamManager(this.#connection, options);
    await ensureEventStream(jsm, this.#parts.settings);
    const lostAfter = await this.#lostAfter(jsm);
    if (lostAfter !== null) await this.#parts.replay(lostAfter);
    this.#parts.onReady?.();
    return { js: jetstream(this.#connection, options), jsm };
  }

  async #connect(): Promise<NatsConnection> {
    const connection = await connectBroker(this.#parts.settings, 'relay');
    void this.#watch(connection);
    return connection;
  }

  async #watch(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type !== 'reconnect') continue;
      this.#session = null;
      this.#look();
    }
  }

  /** Where to hand over again from; null where the broker has everything that it acknowledged. */
  async #lostAfter(jsm: JetStreamManager): Promise<Cursor | null> {
    const handled = await newestHandled(this.#parts.pool, RELAY_GROUP);
    const newest = new Map<string, RecordedEvent>();
    for (const event of handled) {
      if (!newest.has(subjectOf(event))) newest.set(subjectOf(event), event);
    }
    for (const [subject, event] of newest) {
      const kept = await positionOf(jsm, { last_by_subj: subject });
      const missing = kept === null || compareCursors(kept, event.position) < 0;
      if (missing && !this.#expired(event)) return this.#lastKept(jsm);
    }
    return null;
  }

  /** What the broker may have dropped by age is no loss. */
  #expired({ occurredAt }: RecordedEvent): boolean {
    const { keepDays } = this.#parts.settings;
    return keepDays > 0 && occurredAt.getTime() < Date.now() - keepDays * 86_400_000;
  }

  /** A batch is handed over before the next one begins: all before the last message's is there. */
  async #lastKept(jsm: JetStreamManager): Promise<Cursor> {
    const { state } = await jsm.streams.info(BROKER_STREAM);
    const last = state.messages === 0 ? null : await positionOf(jsm, { seq: state.last_seq });
    return last === null ? ORIGIN : batchBefore(this.#parts.pool, last);
  }

  #pause(delayMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#timers.after(delayMs, done);
      function done(): void {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done);
    });
  }
}

type MessageQuery = Parameters<JetStreamManager['streams']['getMessage']>[1];

async function positionOf(jsm: JetStreamManager, query: MessageQuery): Promise<Cursor | null> {
  const message = await jsm.streams.getMessage(BROKER_STREAM, query);
  if (message === null) return null;
  const event = decodeEvent(message.string());
  return event.ok ? event.value.position : null;
}
