import { Fault } from '@holdfast/kernel';
import { describe, expect, it } from 'vitest';
import { createClient } from './client.ts';
import { ENDPOINTS } from './endpoints.ts';
import { outcomeOf } from './operation-outcome.ts';
import { quietOverview } from './testing/quiet-overview.ts';

interface Seen {
  url: string;
  init: RequestInit;
}

function clientAnswering(answer: () => Response | Promise<Response>) {
  const seen: Seen[] = [];
  const client = createClient({
    baseUrl: 'http://server.test/',
    token: () => 'the-token',
    fetch: async (url, init = {}) => {
      seen.push({ url: new Request(url).url, init });
      return answer();
    },
  });
  return { client, seen };
}

const headersOf = (seen: Seen[]) => new Headers(seen[0]?.init.headers);

async function faultFrom(work: Promise<unknown>): Promise<Fault> {
  const caught: unknown = await work.catch((error: unknown) => error);
  if (caught instanceof Fault) return caught;
  throw new Error('expected a Fault');
}

describe('the client', () => {
  it('sends the bearer token where the contract asks for one, and nowhere else', async () => {
    const signedIn = clientAnswering(() => Response.json(quietOverview()));
    await signedIn.client.readOverview();
    expect(headersOf(signedIn.seen).get('Authorization')).toBe('Bearer the-token');

    const open = clientAnswering(() => Response.json([]));
    await open.client.listPersonas();
    expect(headersOf(open.seen).has('Authorization')).toBe(false);
  });

  it('escapes what it puts into a path', async () => {
    const { client, seen } = clientAnswering(() => new Response('', { status: 404 }));
    await client.readSignal('a/../b?c').catch(() => undefined);
    expect(seen[0]?.url).toBe('http://server.test/operations/signals/a%2F..%2Fb%3Fc');
  });

  it('rebuilds the fault a server refused with', async () => {
    const row = {
      status: 429,
      issue: 'throttled',
      text: 'Too busy.',
      mend: 'Wait.',
      retryable: true,
    };
    const refusal = outcomeOf(new Fault('SERVER_BUSY', row, { diagnostics: 'Queue full.' }));
    const { client } = clientAnswering(() =>
      Response.json(refusal, { status: 429, headers: { 'Retry-After': '7' } }),
    );
    const fault = await faultFrom(client.readOverview());
    expect(fault.code).toBe('SERVER_BUSY');
    expect(fault.row).toEqual(row);
    expect(fault.detail).toMatchObject({ diagnostics: 'Queue full.', retryAfterSeconds: 7 });
  });

  it('says so when the server cannot be reached', async () => {
    const { client } = clientAnswering(() => Promise.reject(new TypeError('fetch failed')));
    expect((await faultFrom(client.readOverview())).code).toBe('API_UNREACHABLE');
  });

  it('names the place of a contract breach and never the value found there', async () => {
    const broken = { ...quietOverview(), startedAt: 'Jane Doe' };
    const { client } = clientAnswering(() => Response.json(broken));
    const fault = await faultFrom(client.readOverview());
    expect(fault.code).toBe('API_OFF_CONTRACT');
    expect(fault.message).toContain('startedAt');
    expect(fault.message).not.toContain('Jane');
  });

  it('refuses a field the contract does not have', async () => {
    const { client } = clientAnswering(() => Response.json({ ...quietOverview(), extra: 1 }));
    expect((await faultFrom(client.readOverview())).code).toBe('API_OFF_CONTRACT');
  });

  it('reads the readiness body from a 503', async () => {
    const body = { state: 'not-ready', checks: [{ name: 'database', state: 'failed' }] };
    const { client } = clientAnswering(() => Response.json(body, { status: 503 }));
    expect((await client.checkReadiness()).state).toBe('not-ready');
  });

  it('keeps the request id of an answer that gives no reason', async () => {
    const headers = { 'X-Request-Id': 'r-1' };
    const { client } = clientAnswering(() => new Response('oops', { status: 500, headers }));
    const fault = await faultFrom(client.readOverview());
    expect(fault.message).toContain('request r-1');
  });

  it('has a method for every operation but the liveness probe', () => {
    const { client } = clientAnswering(() => new Response());
    const operations = Object.keys(ENDPOINTS).filter((id) => id !== 'checkLiveness');
    expect(Object.keys(client).sort()).toEqual(operations.sort());
  });
});
