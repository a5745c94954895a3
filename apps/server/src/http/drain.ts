import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { STOP_GRACE_MS } from '../limits.ts';

/** Whether the process is on its way out. */
export class Drain {
  #begun = false;

  get begun(): boolean {
    return this.#begun;
  }

  begin(): void {
    this.#begun = true;
  }
}

/**
 * While it drains, a process answers as ever and closes each connection after its answer, so that
 * callers with kept connections find another process for what they ask next. Once it closes, it waits
 * for the requests under way alone.
 */
export function registerDrain(
  app: FastifyInstance,
  drain: Drain,
  graceMs: number = STOP_GRACE_MS,
): void {
  app.addHook('onSend', async (_request, reply, payload) => {
    if (drain.begun) reply.header('connection', 'close');
    return payload;
  });
  const sockets = new Set<Socket>();
  let closing = false;
  app.server.on('connection', (socket) => {
    // Accepted just before the listening ended: nobody is there to answer it.
    if (closing) return socket.destroy();
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    return undefined;
  });
  app.addHook('preClose', async () => {
    closing = true;
    // Node counts a connection that never carried a request as busy, for over a minute.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    const cut = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, graceMs);
    app.server.once('close', () => clearTimeout(cut));
  });
}
