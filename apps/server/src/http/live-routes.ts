import type { ServerResponse } from 'node:http';
import type { Overview } from '@holdfast/api-contract';
import { ENDPOINTS } from '@holdfast/api-contract';
import type { Clock } from '@holdfast/kernel';
import type { TokenVerifier } from '@holdfast/signin';
import type { SignalRecorder } from '@holdfast/visibility';
import type { FastifyInstance } from 'fastify';
import { serverFault } from '../errors.ts';
import { LIVE_STREAMS_MAX } from '../limits.ts';
import { signalOf } from './operations-routes.ts';

/** Snapshots are pushed at most this often. */
const COALESCE_MS = 1_000;
const HEARTBEAT_MS = 10_000;

/** Pushes snapshots to open consoles when something changed; one armed timer, none without readers. */
export class LiveFeed {
  readonly #streams = new Set<ServerResponse>();
  readonly #overview: () => Promise<Overview>;
  #timer: NodeJS.Timeout | undefined;
  #sent = 0;

  constructor(overview: () => Promise<Overview>) {
    this.#overview = overview;
  }

  get size(): number {
    return this.#streams.size;
  }

  /** Something that the snapshot shows has changed. */
  changed(delayMs = COALESCE_MS): void {
    if (this.#streams.size === 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#push();
    }, delayMs);
  }

  open(stream: ServerResponse): void {
    this.#streams.add(stream);
    stream.on('close', () => this.#streams.delete(stream));
    this.changed(0);
  }

  send(event: string, data: unknown): void {
    const text = `id: ${Date.now()}-${++this.#sent}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const stream of this.#streams) stream.write(text);
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const stream of this.#streams) stream.end();
  }

  async #push(): Promise<void> {
    this.send('overview', await this.#overview());
    // Rates and ages move without a change; the next snapshot doubles as the heartbeat.
    if (this.#streams.size > 0) this.changed(HEARTBEAT_MS / 5);
  }
}

export function registerLiveRoutes(
  app: FastifyInstance,
  options: { verifier: TokenVerifier; feed: LiveFeed; signals: SignalRecorder; clock: Clock },
): void {
  const { verifier, feed, signals } = options;
  signals.subscribe(({ kind, signal }) => {
    const change = kind === 'merged' ? 'updated' : kind;
    feed.send('signal', { change, signal: signalOf(signal) });
    feed.changed();
  });
  app.get('/operations/live', async (request, reply) => {
    request.facts.unmetered = true;
    const actor = await verifier.actor(request.headers.authorization);
    const roles: readonly string[] = ENDPOINTS.followOverview.roles;
    if (!actor.roles.some((role) => roles.includes(role))) throw serverFault('SERVER_FORBIDDEN');
    if (feed.size >= LIVE_STREAMS_MAX) throw serverFault('SERVER_BUSY', { retryAfterSeconds: 10 });
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-request-id': request.id,
    });
    reply.raw.write(': open\n\n');
    feed.open(reply.raw);
  });
}
