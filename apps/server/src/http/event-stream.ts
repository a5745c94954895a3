import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';

/** A client that lost the stream comes back after this long. */
const RETRY_MS = 2_000;

/** One server-sent event stream (WHATWG HTML section 9.2) to one client. */
export class EventStream {
  readonly #response: ServerResponse;

  /** Takes the reply over: from here on, nothing else answers it. */
  constructor(reply: FastifyReply, requestId: string) {
    reply.hijack();
    this.#response = reply.raw;
    this.#response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // A stream that has ended must not keep a stopping server waiting for its connection.
      connection: 'close',
      'x-request-id': requestId,
    });
    this.#response.write(`retry: ${RETRY_MS}\n\n`);
    reply.request.facts.answered();
  }

  get closed(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }

  onClose(closed: () => void): void {
    this.#response.once('close', closed);
  }

  send(event: string, data: unknown, id?: string): void {
    const name = id === undefined ? '' : `id: ${id}\n`;
    this.#response.write(`${name}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Says how far the client has come without telling it anything: what was left out is passed, too. */
  mark(id: string): void {
    this.#response.write(`id: ${id}\n\n`);
  }

  /** Shows proxies and clients that the stream is alive. */
  beat(): void {
    this.#response.write(': alive\n\n');
  }

  /** Resolves when the client has taken what was written, or is gone. */
  async drained(): Promise<void> {
    if (!this.#response.writableNeedDrain || this.closed) return;
    const gone = new AbortController();
    this.#response.once('close', () => gone.abort());
    await once(this.#response, 'drain', { signal: gone.signal }).catch(() => undefined);
  }

  end(): void {
    this.#response.end();
  }
}

/** Keeps streams alive by one timer, which is armed only while there are streams. */
export class StreamPulse {
  readonly #streams = new Set<EventStream>();
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  get size(): number {
    return this.#streams.size;
  }

  add(stream: EventStream): void {
    this.#streams.add(stream);
    stream.onClose(() => this.#streams.delete(stream));
    this.#arm();
  }

  /** Every stream that is open. */
  [Symbol.iterator](): IterableIterator<EventStream> {
    return this.#streams.values();
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#streams.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      for (const stream of this.#streams) stream.beat();
      this.#arm();
    }, this.#everyMs);
  }
}
