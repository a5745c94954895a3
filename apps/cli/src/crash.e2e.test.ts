// Goal: invariant 3, Nothing lost. Method: kill -9 the server in the middle of an import, start it
// again over the same data, and hold what it answers against what it had acknowledged.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { TenantId } from '@holdfast/kernel';
import { loadOrCreateLogKeys, verifyLog } from '@holdfast/ledger';
import { createPool, deleteEmbeddedData } from '@holdfast/postgres';
import { afterAll, describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../bin/holdfast.mjs', import.meta.url));
const SYNTHEA = new URL('../../../../shared/data/synthea/', import.meta.url);
const data = mkdtempSync(join(tmpdir(), 'holdfast-crash-'));
const children: ChildProcess[] = [];

afterAll(async () => {
  const ended = children.flatMap((child) => {
    const isRunning = child.exitCode === null && child.signalCode === null;
    return isRunning && child.kill('SIGINT') ? [once(child, 'exit')] : [];
  });
  await Promise.all(ended);
  await deleteEmbeddedData(join(data, 'postgres'));
  rmSync(data, { recursive: true, force: true });
});

async function serve(): Promise<{ url: string; child: ChildProcess }> {
  const args = [BIN, 'serve', '--port', '0', '--no-demo', '--data', data];
  const env = { ...process.env, NODE_ENV: 'development', HOLDFAST_LOG: 'silent' };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  children.push(child);
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /FHIR base\s+(\S+)\/fhir\/R4/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', () => reject(new Error(said)));
  });
  return { url, child };
}

async function tokenOf(url: string): Promise<string> {
  const response = await fetch(`${url}/development/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ persona: 'importer' }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

type Entries = { entry: { response: { location: string } }[] };

/** Bundles in turn until one is not answered. @returns what was acknowledged, by bundle */
async function importUntilKilled(url: string, afterAcknowledged: number, kill: () => void) {
  const token = await tokenOf(url);
  const acknowledged: string[][] = [];
  for (const file of readdirSync(SYNTHEA).sort()) {
    const body = gunzipSync(readFileSync(new URL(file, SYNTHEA))).toString();
    const answer = fetch(`${url}/fhir/R4`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      body,
    }).then(
      async (response) => (response.status === 200 ? ((await response.json()) as Entries) : null),
      () => null,
    );
    // The blow falls while the bundle is on its way.
    if (acknowledged.length === afterAcknowledged) setTimeout(kill, 60);
    const entries = await answer;
    if (entries === null) return acknowledged;
    acknowledged.push(entries.entry.map(({ response }) => response.location));
  }
  return acknowledged;
}

describe.skipIf(!existsSync(SYNTHEA) && !process.env['CI'])(
  'kill -9 in the middle of an import',
  () => {
    it('keeps every acknowledged bundle whole, no half one, the ledger and the events', async () => {
      const first = await serve();
      const acknowledged = await importUntilKilled(first.url, 3, () => first.child.kill('SIGKILL'));
      expect(acknowledged.length).toBeGreaterThanOrEqual(3);

      await serve();
      const url = readFileSync(join(data, 'keys', 'database-url'), 'utf8');
      const owner = createPool({ url, tenant: 1, max: 2 });
      try {
        const { rows } = await owner.query<{ n: string }>(
          `select count(*) as n from event e join resource r on r.id = e.resource_id
         where e.actor = 'Device/holdfast-importer'`,
        );
        const whole = acknowledged.flat().length;
        const imported = Number(rows[0]?.n);
        const sizes = readdirSync(SYNTHEA)
          .sort()
          .map(
            (file) =>
              JSON.parse(gunzipSync(readFileSync(new URL(file, SYNTHEA))).toString()) as Entries,
          )
          .map(({ entry }) => entry.length);
        // The bundle under way is there whole or not at all.
        expect([whole, whole + (sizes[acknowledged.length] ?? 0)]).toContain(imported);

        const gaps = await owner.query(
          'select stream from event group by stream having count(*) <> max(seq) or min(seq) <> 1',
        );
        expect(gaps.rows).toEqual([]);
        const unindexed = await owner.query(
          `select from resource r where not exists
          (select from event e where e.resource_id = r.id and e.version = r.version)`,
        );
        expect(unindexed.rows).toEqual([]);

        const keys = await loadOrCreateLogKeys(join(data, 'keys'), 'holdfast.local/audit');
        const tenant = 1 as TenantId;
        expect((await verifyLog(owner, { tenant, verifier: keys.verifierOf(tenant) })).ok).toBe(
          true,
        );

        await expect
          .poll(
            async () => {
              const { rows: lag } = await owner.query<{ n: string }>(
                `select count(*) as n from event e, consumer_group g
               where g.name = 'inference' and (e.xid, e.id) > (g.xid, g.id)`,
              );
              return Number(lag[0]?.n);
            },
            { timeout: 60_000 },
          )
          .toBe(0);
        const repeated = await owner.query(
          'select idempotency_key from inference_record group by 1 having count(*) > 1',
        );
        expect(repeated.rows).toEqual([]);
      } finally {
        await owner.end();
      }
    }, 180_000);
  },
);
