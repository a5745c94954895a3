import { ENDPOINTS, LIVE_HEARTBEAT_MS } from '@holdfast/api-contract';
import type { Actor } from '@holdfast/consent';
import {
  type Cursor,
  compareCursors,
  type EventFilter,
  type LogTail,
  matches,
  ORIGIN,
  type RecordedEvent,
} from '@holdfast/events';
import { err, ok, type Result } from '@holdfast/kernel';
import type { TokenVerifier } from '@holdfast/signin';
import type { CursorSeal } from '@holdfast/store';
import type { Records } from '@holdfast/subscriptions';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { serverFault } from '../errors.ts';
import { EVENT_STREAM_LIFE_MS, EVENT_STREAM_PAGE, LIVE_STREAMS_MAX } from '../limits.ts';
import { subscriberOf } from '../workers/subscription-records.ts';
import { readEventQuestion } from './event-question.ts';
import { EventStream, StreamPulse } from './event-stream.ts';
import { invalid } from './fhir-exchange.ts';

export interface EventRoutesOptions {
  readonly verifier: TokenVerifier;
  readonly tail: LogTail;
  readonly seal: CursorSeal;
  readonly records: Pick<Records, 'release'>;
}

/** `live`: told as it happens. `catching-up`: reading what was missed. `paused`: the log is away. */
type StreamState = 'live' | 'catching-up' | 'paused';

interface Asked {
  readonly filter: EventFilter & { readonly patient: string | null };
  /** What a position is sealed for: it fits only the same question of the same tenant. */
  readonly scope: string;
}

/**
 * Server-sent events for applications: what changed, as the caller may know it. Each is decided and
 * recorded as a read; positions are sealed, so that they tell nothing of what was left out.
 */
export function registerEventRoutes(app: FastifyInstance, options: EventRoutesOptions): void {
  const streams = new StreamPulse(LIVE_HEARTBEAT_MS);
  app.get(ENDPOINTS.followEvents.path, async (request, reply) => {
    request.facts.unmetered = true;
    const actor = await options.verifier.actor(request.headers.authorization);
    if (streams.size >= LIVE_STREAMS_MAX) {
      throw serverFault('SERVER_BUSY', { retryAfterSeconds: 10 });
    }
    const asked = askedOf(request, actor);
    const from = await startOf(options, request, asked.scope);
    if (!from.ok) throw serverFault('SERVER_EVENT_POSITION_UNKNOWN');
    const stream = new EventStream(reply, request.id);
    streams.add(stream);
    const follower = new EventFollower(options, { actor, asked, stream });
    void follower.run(from.value).finally(() => stream.end());
  });
  app.addHook('preClose', async () => streams.close());
}

/** @throws InvalidBody naming each parameter that is not understood, and its mend */
function askedOf(request: FastifyRequest, actor: Actor): Asked {
  const read = readEventQuestion(new URLSearchParams(request.url.split('?', 2)[1] ?? ''));
  if (!read.ok) throw invalid(400, read.error);
  const { filter, patient } = read.value;
  const { resourceTypes = [], interactions = [] } = filter;
  const question = [actor.tenant, actor.principal, resourceTypes, interactions, patient];
  return {
    scope: `events ${JSON.stringify(question)}`,
    filter: { tenants: [actor.tenant], ...filter, patient },
  };
}

interface Start {
  readonly cursor: Cursor;
  /** Events after the client's position have left the log. */
  readonly gap: boolean;
}

/** Where a stream begins: after the last event its client saw, or with what comes next. */
async function startOf(
  { tail, seal }: EventRoutesOptions,
  request: FastifyRequest,
  scope: string,
): Promise<Result<Start, 'not-a-position'>> {
  const last = request.headers['last-event-id'];
  const text = Array.isArray(last) ? last[0] : last;
  if (text === undefined || text === '') return ok({ cursor: tail.position, gap: false });
  const opened = seal.open(text, scope);
  if (!opened.ok) return err('not-a-position');
  const [xid, id] = opened.value.values;
  const cursor = { xid: BigInt(xid ?? 0), id: BigInt(id ?? 0) };
  const [first] = await tail.read(ORIGIN, 1);
  const gap = first !== undefined && compareCursors(first.position, cursor) > 0;
  return ok({ cursor, gap });
}

/** One client's way through the log. */
class EventFollower {
  readonly #options: EventRoutesOptions;
  readonly #actor: Actor;
  readonly #asked: Asked;
  readonly #stream: EventStream;
  #state: StreamState | null = null;
  #wake: () => void = () => undefined;

  constructor(
    options: EventRoutesOptions,
    of: { readonly actor: Actor; readonly asked: Asked; readonly stream: EventStream },
  ) {
    this.#options = options;
    this.#actor = of.actor;
    this.#asked = of.asked;
    this.#stream = of.stream;
  }

  /** Until the client is gone, or its stream has lived long enough to sign in again. */
  async run({ cursor, gap }: Start): Promise<void> {
    const stream = this.#stream;
    const end = this.#options.tail.subscribe(() => this.#wake());
    const life = setTimeout(() => stream.end(), EVENT_STREAM_LIFE_MS);
    stream.onClose(() => this.#wake());
    if (gap) stream.send('gap', { reason: 'events after this position have left the log' });
    try {
      await this.#follow(cursor);
    } catch {
      this.#say('paused');
    } finally {
      clearTimeout(life);
      end();
    }
  }

  async #follow(from: Cursor): Promise<void> {
    const { tail } = this.#options;
    let cursor = from;
    while (!this.#stream.closed) {
      const changed = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const events = await tail.read(cursor, EVENT_STREAM_PAGE);
      if (events.length === 0) {
        this.#say(tail.paused ? 'paused' : 'live');
        await changed;
        continue;
      }
      if (events.length === EVENT_STREAM_PAGE) this.#say('catching-up');
      for (const event of events) {
        cursor = event.position;
        await this.#tell(event);
      }
      this.#stream.mark(this.#sealed(cursor));
      await this.#stream.drained();
    }
  }

  async #tell(event: RecordedEvent): Promise<void> {
    const { filter } = this.#asked;
    const { patient } = filter;
    if (!matches(filter, event)) return;
    if (patient !== null && event.patientId !== patient) return;
    const { tenant, resourceType: type, resourceId: id, version, interaction, eventId } = event;
    const focus = { tenant, type, id, version, interaction, eventId };
    const released = await this.#options.records.release(subscriberOf(this.#actor), focus);
    if (released === null || this.#stream.closed) return;
    this.#stream.send(
      'change',
      {
        id: eventId,
        at: event.occurredAt.toISOString(),
        interaction,
        reference: `${type}/${id}`,
        version,
        ...(event.patientId !== null && { patient: event.patientId }),
      },
      this.#sealed(event.position),
    );
  }

  #say(state: StreamState): void {
    if (this.#state === state || this.#stream.closed) return;
    this.#state = state;
    this.#stream.send('state', { state });
  }

  #sealed({ xid, id }: Cursor): string {
    return this.#options.seal.seal(
      { values: [String(xid), String(id)], key: '' },
      this.#asked.scope,
    );
  }
}
