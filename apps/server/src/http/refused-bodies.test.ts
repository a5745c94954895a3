import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { fastify } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BODY_BYTES_MAX, REFUSED_BYTES_READ_MAX } from '../limits.ts';
import { readRefusedBodies } from './refused-bodies.ts';

const app = fastify({ bodyLimit: BODY_BYTES_MAX, forceCloseConnections: true });
readRefusedBodies(app);
app.addContentTypeParser('text/plain', { parseAs: 'buffer' }, (_request, _body, done) =>
  done(null),
);
app.post('/', async () => 'taken');

beforeAll(() => app.listen({ host: '127.0.0.1', port: 0 }));
afterAll(() => app.close());

const head = (bytes: number) =>
  `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: ${bytes}\r\n\r\n`;

/** The answer to what was sent so far: small enough to come in one piece. */
async function answered(socket: Socket): Promise<string> {
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  return bytes.toString();
}

async function connected(): Promise<Socket> {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

it('a caller sends the whole of a body that was refused, and asks again on the same connection', async () => {
  const socket = await connected();
  const bytes = BODY_BYTES_MAX + 1;
  socket.write(head(bytes));
  expect(await answered(socket)).toMatch(/^HTTP\/1\.1 413/);
  socket.write(Buffer.alloc(bytes, 'x'));
  socket.write(`${head(5)}hello`);
  expect(await answered(socket)).toMatch(/^HTTP\/1\.1 200/);
  socket.destroy();
});

it.each([
  [REFUSED_BYTES_READ_MAX, false],
  [REFUSED_BYTES_READ_MAX + 1, true],
])('of %i bytes declared, the connection closes at once: %s', async (bytes, closes) => {
  const socket = await connected();
  socket.write(head(bytes));
  const answer = await answered(socket);
  expect(answer).toMatch(/^HTTP\/1\.1 413/);
  expect(/connection: close/i.test(answer)).toBe(closes);
  socket.destroy();
});
