import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { systemClock, systemRandom } from '@holdfast/kernel';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createApp } from './app.ts';
import { Drain, registerDrain } from './drain.ts';

// Goal: a stopping server waits for answers under way, and for nothing else.
// Method: a real server and sockets; Node's own patience, over a minute, is past each test's time.

const PATIENCE_MS = 20_000;

interface Stage {
  readonly app: FastifyInstance;
  readonly drain: Drain;
  /** Lets the answer to `/slow` go. */
  readonly answer: () => unknown;
  /** Resolves when `/slow` was asked. */
  readonly asked: Promise<unknown>;
  readonly open: () => Promise<Socket>;
}

async function serving(graceMs = 60_000): Promise<Stage> {
  const quiet = { started: () => undefined, finished: () => undefined, failed: () => undefined };
  const logger = pino({ level: 'silent' });
  const app = createApp({
    clock: systemClock,
    random: systemRandom,
    logger,
    observer: quiet,
  });
  const drain = new Drain();
  registerDrain(app, drain, graceMs);
  const steps = new EventEmitter();
  const asked = once(steps, 'asked');
  const answered = once(steps, 'answer');
  app.get('/slow', async (_request, reply) => {
    // The headers leave before the drain begins.
    reply.hijack();
    reply.raw.writeHead(200, { 'content-length': 4 });
    reply.raw.write('sl');
    steps.emit('asked');
    await answered;
    reply.raw.end('ow');
  });
  const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
  const open = async () => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  return { app, drain, answer: () => steps.emit('answer'), asked, open };
}

const ask = (socket: Socket): { readonly text: () => string; readonly ended: Promise<unknown> } => {
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  socket.write('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n');
  return { text: () => text, ended: once(socket, 'close') };
};

describe('a server that stops', () => {
  it(
    'does not wait for a connection on which nothing was asked',
    async () => {
      const { app, open } = await serving();
      const socket = await open();
      const ended = once(socket, 'close');
      await app.close();
      await ended;
      expect(socket.bytesRead).toBe(0);
    },
    PATIENCE_MS,
  );

  it(
    'lets an answer under way end, and its kept connection with it',
    async () => {
      const { app, drain, open, asked, answer } = await serving();
      const exchange = ask(await open());
      await asked;
      drain.begin();
      const closed = app.close();
      answer();
      await closed;
      await exchange.ended;
      expect(exchange.text()).toMatch(/\r\n\r\nslow$/);
    },
    PATIENCE_MS,
  );

  it(
    'gives up what has not ended in the time of grace',
    async () => {
      const { app, open, asked } = await serving(50);
      const exchange = ask(await open());
      await asked;
      await app.close();
      await exchange.ended;
      expect(exchange.text()).toMatch(/\r\n\r\nsl$/);
    },
    PATIENCE_MS,
  );
});
