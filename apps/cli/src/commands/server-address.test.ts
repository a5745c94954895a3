import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { usually } from '../options.ts';
import { tokenFor } from './server-address.ts';

afterEach(() => vi.unstubAllEnvs());

/** A sign-in whose tokens are the names of the personas. */
async function signIn() {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { persona: id } = JSON.parse(body) as { readonly persona: string };
      const persona = { id, name: id, role: 'clinician', purposes: ['TREAT'], description: id };
      const token = { access_token: id, token_type: 'Bearer', expires_in: 9, scope: '', persona };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(token));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => server.close(),
  };
}

it.each([
  ['a persona that was typed, whatever the environment holds', true, 'left-over', 'patient'],
  ['the environment before a persona that nobody typed', false, 'mine', 'mine'],
  ['the usual persona where there is nothing else', false, '', 'patient'],
])('asks as %s', async (_, typed, token, expected) => {
  vi.stubEnv('HOLDFAST_TOKEN', token);
  const { server, close } = await signIn();
  const asked = await tokenFor({ server }, { ...usually('patient'), typed });
  close();
  expect(asked).toBe(expected);
});
