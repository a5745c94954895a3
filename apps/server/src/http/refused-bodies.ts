import type { FastifyInstance } from 'fastify';
import { REFUSED_BYTES_READ_MAX } from '../limits.ts';

/**
 * A caller that is still sending when its connection closes gets a broken pipe instead of the answer
 * that says why: up to a bound, the rest of a body that is too large is read and dropped.
 */
export function readRefusedBodies(app: FastifyInstance): void {
  app.addHook('onSend', async ({ headers }, reply, payload) => {
    const declared = Number(headers['content-length']);
    const isBounded = declared <= REFUSED_BYTES_READ_MAX;
    if (reply.statusCode === 413 && isBounded) reply.removeHeader('connection');
    return payload;
  });
}
