import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { systemClock, systemRandom } from '@holdfast/kernel';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HEADER_BYTES_MAX, URL_BYTES_MAX } from '../limits.ts';
import { createApp } from './app.ts';

const quiet = { started: () => undefined, finished: () => undefined, failed: () => undefined };
const app = createApp({
  clock: systemClock,
  random: systemRandom,
  logger: pino({ level: 'silent' }),
  observer: quiet,
});
let origin = '';

beforeAll(async () => {
  app.post('/echo', async (request, reply) => reply.type('text/plain').send(request.body));
  app.get('/echo', async () => 'here');
  origin = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => app.close());

const json = { 'content-type': 'application/fhir+json' };
const post = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
  fetch(`${origin}/echo`, { method: 'POST', body, headers: { ...json, ...headers } });

/** As it goes over the wire: clients refuse to send most of this. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(new URL(origin).port), '127.0.0.1', () => socket.end(text));
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

const isOutcome = (text: string) =>
  expect(JSON.parse(text.slice(text.indexOf('{')))).toMatchObject({
    resourceType: 'OperationOutcome',
  });

describe('a body', () => {
  it('in UTF-8 arrives as it was sent', async () => {
    const answer = await post('{"family":"Łukasz 🩺"}', {
      'content-type': 'application/fhir+json; charset=UTF-8',
    });
    expect(await answer.text()).toBe('{"family":"Łukasz 🩺"}');
  });

  it.each([
    ['in other bytes', () => post(Buffer.from('{"family":"Müller"}', 'latin1'))],
    [
      'that names another character set',
      () => post('{}', { 'content-type': 'application/fhir+json; charset=iso-8859-1' }),
    ],
    ['that is compressed', () => post(gzipSync('{}'), { 'content-encoding': 'gzip' })],
  ])('%s is refused with 415, not stored with other characters', async (_, send) => {
    const answer = await send();
    expect(answer.status).toBe(415);
    isOutcome(await answer.text());
  });
});

describe('an address', () => {
  it('as long as it may be is read, one longer is refused with 414', async () => {
    const query = (length: number) => `/echo?${'x'.repeat(length - '/echo?'.length)}`;
    expect((await fetch(origin + query(URL_BYTES_MAX))).status).toBe(200);
    const longer = await fetch(origin + query(URL_BYTES_MAX + 1));
    expect(longer.status).toBe(414);
    isOutcome(await longer.text());
  });

  it('with broken percent encoding is refused with 400', async () => {
    const answer = await raw('GET /echo%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 400/);
    isOutcome(answer);
  });
});

describe('what is no request', () => {
  it('is answered with an OperationOutcome all the same', async () => {
    const answer = await raw('EHLO mail\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 400/);
    isOutcome(answer);
  });

  it('more headers than are read are refused with 431', async () => {
    const long = 'x'.repeat(HEADER_BYTES_MAX);
    const answer = await raw(`GET /echo HTTP/1.1\r\nhost: x\r\nx-long: ${long}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 431/);
    isOutcome(answer);
  });
});
