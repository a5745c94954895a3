// Goal: several processes on one port lose nothing when one is killed, and drain in order. Method:
// the built program with two workers, kill -9 under writes, then SIGTERM under reads.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deleteEmbeddedData } from '@holdfast/postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin/holdfast.mjs', import.meta.url));
const data = mkdtempSync(join(tmpdir(), 'holdfast-workers-'));
const WRITERS = 4;
const WRITES_BEFORE = 10;
/** Bounds for what hangs, not for what is slow. */
const SLOW_MACHINE_MS = 240_000;
const PATIENCE = { timeout: 60_000 };

let child: ChildProcess;
let said = '';
let url = '';
let [writerToken, readerToken] = ['', ''];
const acknowledged: string[] = [];

beforeAll(async () => {
  const serve = ['serve', '--port', '0', '--workers', '2', '--drain', '5', '--no-demo'];
  child = spawn(process.execPath, [BIN, ...serve, '--data', data], {
    env: {
      ...process.env,
      NODE_ENV: 'development',
      HOLDFAST_LOG: 'silent',
      HOLDFAST_REFERENCES: 'off',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  url = await new Promise<string>((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /FHIR base\s+(\S+)\/fhir\/R4/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', () => reject(new Error(said)));
  });
  [writerToken, readerToken] = await Promise.all([tokenOf('importer'), tokenOf('clinician')]);
});

async function tokenOf(persona: string): Promise<string> {
  const answer = await fetch(`${url}/development/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ persona }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

afterAll(async () => {
  if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
  await deleteEmbeddedData(join(data, 'postgres'));
  rmSync(data, { recursive: true, force: true });
});

/** Process ids by number, the newest last. */
const pidsOf = (number: number): number[] =>
  [...said.matchAll(/Process (\d+) of 2 serves \(pid (\d+)\)/g)].flatMap((match) =>
    Number(match[1]) === number ? [Number(match[2])] : [],
  );

interface Answer {
  readonly status: number;
  readonly closes: boolean;
  readonly body: string;
}

/** On a connection of its own, so that requests spread over the processes; null where it broke off. */
function ask(path: string, init: { method?: string; body?: string } = {}): Promise<Answer | null> {
  return new Promise((resolve) => {
    const headers = {
      authorization: `Bearer ${init.method === undefined ? readerToken : writerToken}`,
      'content-type': 'application/fhir+json',
      connection: 'keep-alive',
    };
    const agent = new Agent({ keepAlive: true });
    const settle = (answer: Answer | null) => {
      agent.destroy();
      resolve(answer);
    };
    const sent = request(
      `${url}${path}`,
      { method: init.method ?? 'GET', headers, agent },
      (got) => {
        let body = '';
        got.on('data', (chunk: Buffer) => {
          body += chunk.toString();
        });
        got.on('error', () => settle(null));
        got.on('end', () =>
          settle({ status: got.statusCode ?? 0, closes: got.headers.connection === 'close', body }),
        );
      },
    );
    sent.on('error', () => settle(null));
    sent.end(init.body);
  });
}

const patient = (nth: number) =>
  JSON.stringify({
    resourceType: 'Patient',
    id: `w-${nth}`,
    // A reader needs a relationship.
    generalPractitioner: [{ reference: 'Practitioner/p-rivera' }],
  });

describe('two processes on one port', () => {
  it('serve it both', () => {
    expect(pidsOf(1)).toHaveLength(1);
    expect(pidsOf(2)).toHaveLength(1);
  });

  it(
    'lose no acknowledged write when one is killed, and it is replaced',
    async () => {
      let [nth, refused] = [0, 0];
      let going = true;
      const writer = async () => {
        while (going) {
          const id = nth++;
          const answer = await ask(`/fhir/R4/Patient/w-${id}`, {
            method: 'PUT',
            body: patient(id),
          });
          if (answer?.status === 201) acknowledged.push(`w-${id}`);
          else if (answer !== null && answer.status !== 503) refused = answer.status;
        }
      };
      const writing = Array.from({ length: WRITERS }, writer);
      await expect.poll(() => acknowledged.length, PATIENCE).toBeGreaterThan(WRITES_BEFORE);
      process.kill(pidsOf(2)[0] ?? 0, 'SIGKILL');
      await expect.poll(() => pidsOf(2).length, PATIENCE).toBe(2);
      const sofar = acknowledged.length;
      await expect.poll(() => acknowledged.length, PATIENCE).toBeGreaterThan(sofar + WRITES_BEFORE);
      going = false;
      await Promise.all(writing);
      expect(refused).toBe(0);
      expect(said).toMatch(/Process 2 ended by itself/);
      const left = [...acknowledged];
      const reader = async () => {
        for (let id = left.pop(); id !== undefined; id = left.pop()) {
          expect((await ask(`/fhir/R4/Patient/${id}`))?.status, id).toBe(200);
        }
      };
      await Promise.all(Array.from({ length: WRITERS }, reader));
    },
    SLOW_MACHINE_MS,
  );

  it('say that they are not ready first, answer on, and end with 0', async () => {
    expect((await ask('/health/ready'))?.status).toBe(200);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await expect.poll(async () => (await ask('/health/ready'))?.status, PATIENCE).toBe(503);
    expect((await ask('/health/ready'))?.body).toContain('about to end');
    expect(await ask('/health/live')).toMatchObject({ status: 200, closes: true });
    expect(await ask(`/fhir/R4/Patient/${acknowledged[0]}`)).toMatchObject({
      status: 200,
      closes: true,
    });
    expect(await ended).toEqual([0, null]);
  });
});
