import { hostname } from 'node:os';
import { type Clock, type Random, type RequestId, type TenantId, uuidV7 } from '@holdfast/kernel';
import {
  APPEND_AUDIT,
  AuditProducer,
  auditColumns,
  BodyKeys,
  type KeyRing,
  type LogKeys,
  prepareAudit,
} from '@holdfast/ledger';
import { PATIENTS_A_PRACTICE } from '@holdfast/population';
import { createPool } from '@holdfast/postgres';
import { beginBulkLoad, finishBulkLoad, missingIndexes, takeBulkLock } from '@holdfast/store';
import type { Pool } from 'pg';
import { batchesOf, KEYS_A_BATCH } from './batches.ts';
import { LoadProcess } from './load-process.ts';
import type { LoadJob } from './open-loader.ts';

export interface StorePlan {
  readonly seed: number;
  readonly asOf: string;
  readonly patients: number;
  /** Processes that generate, index and copy. */
  readonly workers: number;
}

export interface StoreParts {
  readonly tenant: TenantId;
  /** Of the owner: holds a password, never log it. */
  readonly url: string;
  readonly keys: LogKeys;
  /** Wraps the key of the load's audit record. */
  readonly ring: KeyRing;
  readonly clock: Clock;
  readonly random: Random;
  /** Says what goes on; patients so far. */
  readonly told: (stage: LoadStage, done: number) => void;
}

export type LoadStage = 'copy' | 'index' | 'analyze';

export interface StoreLoaded {
  readonly resources: number;
  /** Patients that an earlier run had written. */
  readonly kept: number;
  readonly copySeconds: number;
  readonly indexSeconds: number;
  /** Of all processes of the load together, at their largest; without PostgreSQL's. */
  readonly rssBytes: number;
}

const INDEX_CONNECTIONS = 2;

/**
 * Fills an empty store with a population by COPY, or goes on where an earlier run was stopped. What
 * the store has then, and what not, stands in decision 0034.
 * @throws Fault STORE_BULK_*
 */
export async function populateStore(plan: StorePlan, parts: StoreParts): Promise<StoreLoaded> {
  const { url, tenant } = parts;
  const pool = createPool({
    url,
    tenant,
    applicationName: 'holdfast populate',
    max: INDEX_CONNECTIONS + 1,
  });
  try {
    const lock = await takeBulkLock(pool);
    try {
      return await underLock(plan, parts, pool);
    } finally {
      lock.release();
    }
  } finally {
    await pool.end();
  }
}

async function underLock(plan: StorePlan, parts: StoreParts, pool: Pool): Promise<StoreLoaded> {
  const { seed, asOf, patients } = plan;
  const name = JSON.stringify({ seed, asOf, patients });
  const { firstKey, done } = await beginBulkLoad(pool, name);
  const updated = parts.clock.now().toISOString();
  const started = parts.clock.monotonicMs();
  const job = { url: parts.url, tenant: parts.tenant, seed, asOf, patients, firstKey, updated };
  const copied = await copyAll(plan, parts, { job, done });
  const copiedAt = parts.clock.monotonicMs();
  await buildIndexes(pool, parts);
  const lastKey = firstKey + batchesOf(patients) * KEYS_A_BATCH;
  await finishBulkLoad(pool, lastKey, (tx) => recordLoad(tx, name, parts));
  parts.told('analyze', 0);
  await pool.query('analyze');
  return {
    ...copied,
    copySeconds: (copiedAt - started) / 1_000,
    indexSeconds: (parts.clock.monotonicMs() - copiedAt) / 1_000,
  };
}

async function copyAll(
  { patients, workers }: StorePlan,
  { told }: StoreParts,
  { job, done }: { readonly job: LoadJob; readonly done: ReadonlySet<number> },
): Promise<Pick<StoreLoaded, 'resources' | 'kept' | 'rssBytes'>> {
  const batches = batchesOf(patients);
  const patientsAt = (count: number): number => Math.min(patients, count * PATIENTS_A_PRACTICE);
  const queue = Array.from({ length: batches }, (_, number) => number).filter((n) => !done.has(n));
  const kept = patientsAt(done.size);
  const processes = Array.from(
    { length: Math.min(workers, Math.max(1, queue.length)) },
    () => new LoadProcess(),
  );
  let [resources, finished] = [0, done.size];
  try {
    const work = async (process: LoadProcess): Promise<void> => {
      await process.open(job);
      for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
        const written = await process.load(batch);
        resources += written;
        finished += 1;
        told('copy', patientsAt(finished));
      }
    };
    if (queue.length > 0) await Promise.all(processes.map(work));
  } finally {
    for (const process of processes) process.end();
  }
  const rssBytes = processes.reduce((sum, process) => sum + process.rssBytes, 0);
  return { resources, kept, rssBytes: rssBytes + process.memoryUsage.rss() };
}

async function buildIndexes(pool: Pool, { told }: StoreParts): Promise<void> {
  const queue = [...(await missingIndexes(pool))];
  let built = 0;
  const work = async (): Promise<void> => {
    for (let definition = queue.shift(); definition !== undefined; definition = queue.shift()) {
      await pool.query(`set maintenance_work_mem = '256MB'; ${definition}`);
      told('index', ++built);
    }
  };
  await Promise.all(Array.from({ length: INDEX_CONNECTIONS }, work));
}

/** One record of the load as a whole: who reads the log finds what no single record accounts for. */
async function recordLoad(
  tx: { query(text: string, values: unknown[]): Promise<unknown> },
  plan: string,
  { tenant, keys, ring, clock, random }: StoreParts,
): Promise<void> {
  const producer = new AuditProducer({
    process: `${hostname()}-populate-${process.pid}`,
    epoch: clock.now().getTime(),
  });
  const row = prepareAudit(
    {
      requestId: uuidV7(clock, random) as RequestId,
      actor: 'Device/holdfast-populate',
      roles: ['system'],
      purposes: ['RECORDMGT'],
      action: 'E',
      interaction: 'populate',
      outcome: 0,
      target: `populate ${plan}`,
      patientId: null,
      decision: null,
    },
    { tenant, tagKey: keys.tagKey, producer, clock, random },
  );
  const sealed = new BodyKeys({ tenant, ring, random }).seal([row]);
  await tx.query(APPEND_AUDIT, [tenant, ...auditColumns(sealed)]);
}
