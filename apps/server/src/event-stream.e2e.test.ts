import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChangeMessage, type Client, createClient } from '@holdfast/api-contract';
import { createPool } from '@holdfast/postgres';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from './index.ts';
import { INFERENCE_PROGRAM } from './testing/inference-program.ts';

const data = mkdtempSync(join(tmpdir(), 'holdfast-stream-'));
let server: RunningServer;
let owner: Pool;

const startAgain = async (): Promise<void> => {
  server = await startServer({
    host: '127.0.0.1',
    port: 0,
    dataDirectory: data,
    databaseUrl: undefined,
    environment: 'test',
    demo: true,
    publicUrl: undefined,
    logLevel: 'silent',
    embeddedSettings: { fsync: 'off' },
    inferenceProgram: INFERENCE_PROGRAM,
    onProgress: () => undefined,
  });
  owner = createPool({ url: server.ownerUrl, tenant: 1, max: 1 });
};
beforeAll(startAgain, 120_000);
afterAll(async () => {
  await owner.end();
  await server.stop();
  rmSync(data, { recursive: true, force: true });
}, 60_000);

async function signedIn(persona: string): Promise<{ client: Client; token: string }> {
  const open = createClient({ baseUrl: server.url, fetch });
  const { access_token: token } = await open.issueToken({ persona });
  return { client: createClient({ baseUrl: server.url, fetch, token: () => token }), token };
}

/** Follows changes in the background and keeps what came. */
class Reader {
  readonly messages: ChangeMessage[] = [];
  readonly #abort = new AbortController();

  constructor(client: Client, query: Record<string, string>, lastEventId?: string) {
    void this.#read(client, query, lastEventId).catch(() => undefined);
  }

  async #read(client: Client, query: Record<string, string>, lastEventId?: string): Promise<void> {
    const { signal } = this.#abort;
    for await (const sign of client.followEvents({ query, lastEventId, signal })) {
      if (sign.event !== 'heartbeat' && sign.event !== 'retry') this.messages.push(sign);
    }
  }

  get states(): string[] {
    return this.messages.flatMap((each) => (each.event === 'state' ? [each.data.state] : []));
  }

  get changes(): Extract<ChangeMessage, { event: 'change' }>[] {
    return this.messages.flatMap((each) => (each.event === 'change' ? [each] : []));
  }

  get references(): string[] {
    return this.changes.map(({ data: { reference } }) => reference);
  }

  stop(): void {
    this.#abort.abort();
  }
}

const eventually = <Value>(value: () => Value) => expect.poll(value, { timeout: 20_000 });

const weigh = async (token: string, id: string, patient: string): Promise<void> => {
  const answer = await fetch(`${server.url}/fhir/R4/Observation/${id}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
    body: JSON.stringify({
      resourceType: 'Observation',
      id,
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code: '3141-9' }] },
      subject: { reference: `Patient/${patient}` },
    }),
  });
  expect(answer.status).toBe(201);
};

describe('the stream of changes', () => {
  it('tells each reader what it may know, and goes on after the last id without a hole', async () => {
    const rivera = await signedIn('clinician');
    const okafor = await signedIn('second-clinician');
    const query = { type: 'Observation', patient: 'ada-demo' };
    const first = new Reader(rivera.client, query);
    const kept = new Reader(okafor.client, query);
    await eventually(() => [first.states, kept.states]).toEqual([['live'], ['live']]);
    await weigh(rivera.token, 'w1', 'ada-demo');
    await weigh(rivera.token, 'w2', 'ada-demo');
    await eventually(() => first.references).toEqual(['Observation/w1', 'Observation/w2']);
    const [one] = first.changes;
    expect(one?.data).toMatchObject({ interaction: 'create', version: 1, patient: 'ada-demo' });
    first.stop();
    await weigh(rivera.token, 'w3', 'ada-demo');

    const again = new Reader(rivera.client, query, one?.id);
    await eventually(() => again.references).toEqual(['Observation/w2', 'Observation/w3']);
    await eventually(() => again.states.at(-1)).toBe('live');
    again.stop();
    // Ada keeps the second clinician out.
    expect(kept.references).toEqual([]);
    kept.stop();
    expect(one?.id).not.toContain('ada');

    for (const [refused, name] of [
      ['type=Observatoin', 'type'],
      ['patient=Practitioner/x', 'patient'],
      ['subject=ada-demo', 'subject'],
    ] as const) {
      const answer = await fetch(`${server.url}/events?${refused}`, {
        headers: { authorization: `Bearer ${rivera.token}` },
      });
      const issue: unknown = expect.objectContaining({ expression: [name] });
      expect([answer.status, await answer.json()]).toEqual([
        400,
        expect.objectContaining({ resourceType: 'OperationOutcome', issue: [issue] }),
      ]);
    }
    const named = new Reader(rivera.client, { ...query, patient: 'Patient/ada-demo' }, one?.id);
    await eventually(() => named.references).toEqual(['Observation/w2', 'Observation/w3']);
    named.stop();

    const headers = {
      authorization: `Bearer ${okafor.token}`,
      'last-event-id': one?.id ?? '',
    };
    const path = `${server.url}/events?type=Observation&patient=ada-demo`;
    expect((await fetch(path, { headers })).status).toBe(400);
  }, 60_000);

  it('counts the events that were committed, neither numbers drawn nor rows kept', async () => {
    const { token } = await signedIn('clinician');
    const operator = await signedIn('operator');
    await weigh(token, 'counted', 'ada-demo');
    // Inference goes on writing meanwhile: two counts of one moment agree sooner or later.
    await eventually(async () => {
      const { rows } = await owner.query<{ n: number }>('select count(*)::int as n from event');
      return (await operator.client.readOverview()).events.total - (rows[0]?.n ?? 0);
    }).toBe(0);
    expect((await operator.client.readOverview()).events.lastEventAt).not.toBeNull();
  }, 60_000);

  it('is paused while the database is away, and says so', async () => {
    const { client } = await signedIn('clinician');
    const reader = new Reader(client, { type: 'Observation' });
    await eventually(() => reader.states).toEqual(['live']);
    const pid = server.databasePid();
    if (pid === undefined) throw new Error('the embedded database runs');
    process.kill(pid, 'SIGKILL');
    await eventually(() => reader.states).toContain('paused');
    await eventually(() => reader.states.at(-1)).toBe('live');
    expect(reader.states).toEqual(['live', 'paused', 'live']);
    reader.stop();
  }, 90_000);

  it('says that there is a gap where what was missed has left the log', async () => {
    const { client, token } = await signedIn('clinician');
    const query = { type: 'Observation', patient: 'ada-demo' };
    const before = new Reader(client, query);
    await eventually(() => before.states).toEqual(['live']);
    await weigh(token, 'seen', 'ada-demo');
    await eventually(() => before.references).toEqual(['Observation/seen']);
    before.stop();
    await weigh(token, 'missed', 'ada-demo');
    // As retention does, and then as a process that was not there to see it.
    await owner.end();
    await server.stop();
    await startAgain();
    await owner.query('delete from event');
    const later = await signedIn('clinician');
    await weigh(later.token, 'after', 'ada-demo');
    const again = new Reader(later.client, query, before.changes[0]?.id);
    await eventually(() => again.references).toEqual(['Observation/after']);
    expect(again.messages[0]).toMatchObject({ event: 'gap' });
    again.stop();
  }, 120_000);

  it('resends signal changes to a console that comes back, and says when to come back', async () => {
    const { token } = await signedIn('operator');
    const abort = new AbortController();
    const answer = await fetch(`${server.url}/operations/live`, {
      headers: { authorization: `Bearer ${token}` },
      signal: abort.signal,
    });
    const reader = answer.body?.getReader();
    let text = '';
    await eventually(async () => {
      const chunk = (await reader?.read()) as { readonly value?: Uint8Array } | undefined;
      text += new TextDecoder().decode(chunk?.value);
      return /^id: \w{8}-\d+$/m.test(text);
    }).toBe(true);
    expect(text).toMatch(/^retry: 2000$/m);
    abort.abort();
  }, 60_000);
});
