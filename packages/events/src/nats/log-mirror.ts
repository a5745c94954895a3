import {
  type Random,
  systemRandom,
  systemTimers,
  type TenantId,
  type Timers,
} from '@holdfast/kernel';
import {
  type ConsumerMessages,
  DeliverPolicy,
  type JsMsg,
  jetstream,
  jetstreamManager,
  type StreamInfo,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type pg from 'pg';
import { BROKER_LIMITS } from '../limits.ts';
import { type MirrorPlace, mirrorPlace, takeOver } from '../postgres/mirrored-log.ts';
import { SessionLock } from '../postgres/session-lock.ts';
import type { RecordedEvent } from '../recorded-event.ts';
import { backoffMs } from '../retry-plan.ts';
import type { Announce, WakeSignal } from '../wake-signal.ts';
import { connectBroker } from './broker-connection.ts';
import type { BrokerSettings } from './broker-settings.ts';
import { decodeEvent } from './event-message.ts';
import { BROKER_STREAM, subjectOfTenant } from './event-subject.ts';

const RETRY = {
  firstDelayMs: BROKER_LIMITS.retryFirstMs,
  maxDelayMs: BROKER_LIMITS.retryLastMs,
};

export interface LogMirrorParts {
  readonly settings: BrokerSettings;
  /** The owner's address of this machine's own database, with the migrations of this package. */
  readonly url: string;
  /** Connections to it, as its owner. */
  readonly pool: pg.Pool;
  /** Undefined: every tenant. */
  readonly tenant?: TenantId;
  readonly timers?: Timers;
  readonly random?: Random;
  readonly trouble?: (error: unknown) => void;
}

/** What shows that messages may come from elsewhere than expected: the stream is looked at again. */
const UNSETTLED: ReadonlySet<string> = new Set([
  'heartbeats_missed',
  'consumer_not_found',
  'consumer_deleted',
  'stream_not_found',
]);

/**
 * Consumers on another machine: keeps a copy of the log in this machine's own database, out of the
 * broker, and wakes whoever follows it. A `ConsumerRuntime` over that database with this signal runs
 * the same consumers in the same way, with all that holds of them. How far the copy has come commits
 * with what was copied, so the broker remembers nothing of it and a crash repeats nothing.
 *
 * A copy has whole patients, so it sees whether one of their events is missing, and then waits for it.
 */
export class LogMirror implements WakeSignal {
  readonly #parts: LogMirrorParts;
  readonly #timers: Timers;
  readonly #random: Random;
  readonly #listeners = new Set<Announce>();
  readonly #lock: SessionLock;
  #copying: Promise<void> = Promise.resolve();
  #connection: NatsConnection | null = null;
  #messages: ConsumerMessages | null = null;
  #endPause: (() => void) | null = null;

  constructor(parts: LogMirrorParts) {
    this.#parts = parts;
    this.#timers = parts.timers ?? systemTimers;
    this.#random = parts.random ?? systemRandom;
    this.#lock = new SessionLock({
      url: parts.url,
      name: 'log mirror',
      timers: this.#timers,
      random: this.#random,
      trouble: (error) => this.#parts.trouble?.(error),
      onHeld: async () => {
        this.#copying = this.#copyWhileHeld();
      },
      onLost: () => this.#end(),
    });
  }

  /** Of several processes one copies; the others stand by. */
  start(): void {
    this.#lock.start();
  }

  async stop(): Promise<void> {
    await this.#lock.stop();
    this.#listeners.clear();
  }

  subscribe(announce: Announce): () => void {
    this.#listeners.add(announce);
    return () => this.#listeners.delete(announce);
  }

  async #copyWhileHeld(): Promise<void> {
    for (let failures = 1; this.#lock.held; failures++) {
      try {
        await this.#copy(() => {
          failures = 0;
        });
      } catch (error) {
        if (!this.#lock.held) return;
        this.#parts.trouble?.(error);
        await this.#pause(backoffMs(Math.max(1, failures), RETRY, this.#random));
      }
    }
  }

  /** From where the copy stands until something unsettles it. */
  async #copy(progressed: () => void): Promise<void> {
    this.#connection ??= await this.#connect();
    const options = { timeout: BROKER_LIMITS.acknowledgeMs };
    const jsm = await jetstreamManager(this.#connection, options);
    const stream = await jsm.streams.info(BROKER_STREAM);
    let place = placeIn(stream, await mirrorPlace(this.#parts.pool, BROKER_STREAM));
    const consumer = await jetstream(this.#connection, options).consumers.get(BROKER_STREAM, {
      filter_subjects: subjectOfTenant(this.#parts.tenant),
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: place.seq + 1,
    });
    const messages = await consumer.consume({ max_messages: BROKER_LIMITS.mirrorBatch });
    this.#messages = messages;
    void stopWhenUnsettled(messages);
    let batch: JsMsg[] = [];
    for await (const message of messages) {
      batch.push(message);
      if (message.info.pending > 0 && batch.length < BROKER_LIMITS.mirrorBatch) continue;
      place = { ...place, seq: message.seq };
      await this.#takeOver(batch, place, stream);
      batch = [];
      progressed();
    }
  }

  async #takeOver(batch: readonly JsMsg[], place: MirrorPlace, stream: StreamInfo): Promise<void> {
    const events = batch.flatMap((message) => this.#read(message) ?? []);
    const mayBeginLate = stream.state.first_seq > 1;
    await takeOver(this.#parts.pool, { events, place, mayBeginLate });
    for (const announce of this.#listeners) announce(null);
  }

  #read(message: JsMsg): RecordedEvent | null {
    const event = decodeEvent(message.string());
    if (event.ok) return event.value;
    this.#parts.trouble?.(new Error(`message ${message.seq} is no event: ${event.error}`));
    return null;
  }

  async #connect(): Promise<NatsConnection> {
    const connection = await connectBroker(this.#parts.settings, 'mirror');
    void this.#watch(connection);
    return connection;
  }

  /** After a broken connection it may be another server, or another stream of the same name. */
  async #watch(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === 'reconnect') this.#messages?.stop();
    }
  }

  async #end(): Promise<void> {
    this.#endPause?.();
    this.#messages?.stop();
    await this.#connection?.close();
    await this.#copying;
    this.#connection = null;
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#timers.after(delayMs, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
  }
}

/** A stream that was made anew, or that lost its end, is read from its beginning once more. */
function placeIn(stream: StreamInfo, known: MirrorPlace | null): MirrorPlace {
  const madeAt = new Date(stream.created);
  const same =
    known !== null &&
    known.madeAt.getTime() === madeAt.getTime() &&
    known.seq <= stream.state.last_seq;
  return { stream: BROKER_STREAM, madeAt, seq: same ? known.seq : 0 };
}

async function stopWhenUnsettled(messages: ConsumerMessages): Promise<void> {
  for await (const { type } of messages.status()) {
    if (UNSETTLED.has(type)) messages.stop();
  }
}
