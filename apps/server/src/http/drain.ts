import type { FastifyInstance } from 'fastify';

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
 * callers with kept connections find another process for what they ask next.
 */
export function registerDrain(app: FastifyInstance, drain: Drain): void {
  app.addHook('onSend', async (_request, reply, payload) => {
    if (drain.begun) reply.header('connection', 'close');
    return payload;
  });
}
