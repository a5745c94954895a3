import { randomUUID } from 'node:crypto';
import type { TenantId } from '@holdfast/kernel';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentHash } from '../content-hash.ts';
import { inferenceMigrations } from '../migrations.ts';
import type { InferenceRecord } from '../orchestrator/inference-record.ts';
import { phq9Pipeline } from '../pipelines/phq9-pipeline.ts';
import { runPipeline } from '../pipelines/run-pipeline.ts';
import { eventOf, phq9Response, pipelinePorts } from '../pipelines/testing/pipeline-ports.ts';
import { recordInference } from './record-inference.ts';

const TENANT = 1 as TenantId;

/** A real record with an id and a key of its own. */
async function answered(key: string): Promise<InferenceRecord> {
  const { ports } = pipelinePorts();
  const event = eventOf(phq9Response([1, 2, 3]));
  const run = await runPipeline(phq9Pipeline, event, { ...ports, newId: () => randomUUID() });
  if (run === null) throw new Error('the trigger does not match');
  return { ...run.record, idempotencyKey: contentHash(key) };
}

describe('recordInference', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase({ migrations: [inferenceMigrations] });
  });
  afterAll(() => db.drop());

  it('stores the whole record, readable by the application role', async () => {
    const record = await answered('whole');
    expect(await recordInference(db.appPool, TENANT, record)).toBe('new');
    const { rows } = await db.appPool.query<{ record: string; model: string; tier: number }>(
      'select record, model, tier from inference_record where id = $1',
      [record.id],
    );
    expect(rows[0]).toMatchObject({ model: 'phq-9', tier: 2 });
    expect(JSON.parse(rows[0]?.record ?? '')).toEqual(record);
  });

  it('says duplicate for the same key, whoever computed it', async () => {
    const record = await answered('twice');
    expect(await recordInference(db.appPool, TENANT, record)).toBe('new');
    const again = { ...record, id: randomUUID() };
    expect(await recordInference(db.appPool, TENANT, again)).toBe('duplicate');
  });

  it('lets exactly one of two concurrent transactions write, the other waits for it', async () => {
    const record = await answered('race');
    const [first, second] = [await db.appPool.connect(), await db.appPool.connect()];
    await first.query('begin');
    await second.query('begin');
    expect(await recordInference(first, TENANT, record)).toBe('new');
    const loser = recordInference(second, TENANT, { ...record, id: randomUUID() });
    await first.query('commit');
    expect(await loser).toBe('duplicate');
    await second.query('rollback');
    first.release();
    second.release();
  });

  it('leaves the key free when the transaction of the effects rolls back', async () => {
    const record = await answered('rolled back');
    const client = await db.appPool.connect();
    await client.query('begin');
    expect(await recordInference(client, TENANT, record)).toBe('new');
    await client.query('rollback');
    client.release();
    expect(await recordInference(db.appPool, TENANT, record)).toBe('new');
  });

  it('does not let a denial block the answer that consent allows later', async () => {
    const record = await answered('denied first');
    const denied = { ...record, outcome: 'denied', rung: 'none', output: null } as const;
    expect(await recordInference(db.appPool, TENANT, denied)).toBe('new');
    const allowed = { ...record, id: randomUUID() };
    expect(await recordInference(db.appPool, TENANT, allowed)).toBe('new');
  });

  it.each([
    ['an answer without a rung', { rung: 'none' }, 'inf_answer_names_rung'],
    ['a lower rung that is not called degraded', { rung: 'in-process' }, 'inf_degraded_is_lower'],
    ['a refused tier 0', { tier: 0, outcome: 'refused', rung: 'none' }, 'inf_tier_0_not_refused'],
    ['a tier that is none', { tier: 4 }, 'inf_tier'],
  ])('the database refuses %s', async (_name, change, constraint) => {
    const record = { ...(await answered(constraint)), ...change } as InferenceRecord;
    await expect(recordInference(db.appPool, TENANT, record)).rejects.toThrow(constraint);
  });

  it('keeps keys apart by tenant, behind the wall', async () => {
    const record = await answered('walled');
    expect(await recordInference(db.appPool, TENANT, record)).toBe('new');
    const other = 2 as TenantId;
    await expect(recordInference(db.appPool, other, record)).rejects.toThrow(/row-level security/);
    expect(await recordInference(db.pool, other, record)).toBe('new');
  });
});
