import { ENDPOINTS, LIVE_HEARTBEAT_MS, type Overview } from '@holdfast/api-contract';
import type { Clock } from '@holdfast/kernel';
import type { TokenVerifier } from '@holdfast/signin';
import type { SignalRecorder } from '@holdfast/visibility';
import type { FastifyInstance } from 'fastify';
import { serverFault } from '../errors.ts';
import { LIVE_CHANGES_KEPT, LIVE_STREAMS_MAX } from '../limits.ts';
import { EventStream, StreamPulse } from './event-stream.ts';
import { signalOf } from './operations-routes.ts';

/** Snapshots are pushed at most this often. */
const COALESCE_MS = 1_000;
/** Rates and ages move without a change: while somebody looks, a snapshot comes this often. */
const AGEING_MS = 5_000;

interface KeptChange {
  readonly n: number;
  readonly data: unknown;
}

/** Pushes snapshots to open consoles when something changed; one armed timer, none without readers. */
export class LiveFeed {
  readonly #streams = new StreamPulse(LIVE_HEARTBEAT_MS);
  readonly #overview: () => Promise<Overview>;
  readonly #clock: Clock;
  /** Ids of another process, or of one before a restart, are none of this one's. */
  readonly #epoch: string;
  readonly #changes: KeptChange[] = [];
  #timer: NodeJS.Timeout | undefined;
  #dueMs = Number.POSITIVE_INFINITY;
  #sent = 0;

  constructor(overview: () => Promise<Overview>, clock: Clock) {
    this.#overview = overview;
    this.#clock = clock;
    this.#epoch = crypto.randomUUID().slice(0, 8);
  }

  get size(): number {
    return this.#streams.size;
  }

  /** Something that the snapshot shows has changed. */
  changed(delayMs = COALESCE_MS): void {
    if (this.#streams.size === 0) return;
    const dueMs = this.#clock.monotonicMs() + delayMs;
    if (dueMs >= this.#dueMs) return;
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => {
      this.#dueMs = Number.POSITIVE_INFINITY;
      void this.#push();
    }, delayMs);
  }

  /** @param lastEventId as the client got it; every signal change after it is sent again */
  open(stream: EventStream, lastEventId: string | undefined): void {
    for (const { n, data } of this.#missed(lastEventId)) stream.send('signal', data, this.#id(n));
    this.#streams.add(stream);
    this.changed(0);
  }

  signal(data: unknown): void {
    const n = ++this.#sent;
    this.#changes.push({ n, data });
    if (this.#changes.length > LIVE_CHANGES_KEPT) this.#changes.shift();
    for (const stream of this.#streams) stream.send('signal', data, this.#id(n));
    this.changed();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#streams.close();
  }

  /** The snapshot that follows tells of whatever is not known any more. */
  #missed(lastEventId: string | undefined): readonly KeptChange[] {
    const [epoch, n] = lastEventId?.split('-') ?? [];
    if (epoch !== this.#epoch) return [];
    return this.#changes.filter((each) => each.n > Number(n));
  }

  #id(n: number): string {
    return `${this.#epoch}-${n}`;
  }

  async #push(): Promise<void> {
    const overview = await this.#overview();
    for (const stream of this.#streams) stream.send('overview', overview, this.#id(this.#sent));
    this.changed(AGEING_MS);
  }
}

export function registerLiveRoutes(
  app: FastifyInstance,
  options: { verifier: TokenVerifier; feed: LiveFeed; signals: SignalRecorder },
): void {
  const { verifier, feed, signals } = options;
  signals.subscribe(({ kind, signal }) => {
    const change = kind === 'merged' ? 'updated' : kind;
    feed.signal({ change, signal: signalOf(signal) });
  });
  app.get('/operations/live', async (request, reply) => {
    request.facts.unmetered = true;
    const actor = await verifier.actor(request.headers.authorization);
    const roles: readonly string[] = ENDPOINTS.followOverview.roles;
    if (!actor.roles.some((role) => roles.includes(role))) throw serverFault('SERVER_FORBIDDEN');
    if (feed.size >= LIVE_STREAMS_MAX) throw serverFault('SERVER_BUSY', { retryAfterSeconds: 10 });
    const last = request.headers['last-event-id'];
    const lastEventId = Array.isArray(last) ? last[0] : last;
    feed.open(new EventStream(reply, request.id), lastEventId);
  });
}
