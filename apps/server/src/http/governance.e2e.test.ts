// Goal: issue 8, erasure. Method: a whole server; what officers do through its API, what is left after.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TenantId } from '@holdfast/kernel';
import {
  KeyRing,
  loadLogKeys,
  nodeTreeHasher,
  proveEntry,
  ringFile,
  verifyTlogProof,
} from '@holdfast/ledger';
import { createPool } from '@holdfast/postgres';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { auditRecords } from '../testing/audit-records.ts';
import { type Serving, serving } from '../testing/serving.ts';
import { LOG_ORIGIN, verifyRecords } from '../verify-records.ts';

const tenant = 1 as TenantId;
let world: Serving;
let owner: Pool;
/** A checkpoint from before any erasure, and a record of the patient’s who leaves, proved by it. */
let before: { checkpoint: string; auditId: string; leaf: Buffer; proof: string };

beforeAll(async () => {
  world = await serving();
  owner = createPool({ url: world.server.ownerUrl, tenant, max: 3 });
  for (const id of ['leaving', 'held', 'staying']) {
    const body = JSON.stringify({ resourceType: 'Patient', id, name: [{ family: id }] });
    await world.fhir('clinician', `/Patient/${id}`, { method: 'PUT', body });
    await world.fhir('clinician', `/Patient/${id}`);
  }
  const auditId = (await about('leaving'))[0]?.auditId ?? '';
  const proven = await vi.waitUntil(
    () => proveEntry(owner, { tenant, auditId }).catch(() => undefined),
    { timeout: 30_000 },
  );
  const file = join(world.dataDirectory, `checkpoint-${tenant}`);
  before = { ...proven, auditId, checkpoint: await readFile(file, 'utf8') };
}, 120_000);
afterAll(async () => {
  await owner.end();
  await world.stop();
}, 60_000);

const ask = async (path: string, body?: object, persona = 'compliance-officer') => {
  const init = body && { method: 'POST', body: JSON.stringify(body), headers: JSON_TYPE };
  return world.call(persona, `/compliance/${path}`, init);
};
const JSON_TYPE = { 'content-type': 'application/json' };
const request = (patient: string) => ({
  patient,
  authority: 'Decision 7 of the data protection officer',
  basis: 'GDPR 17(1)(a)',
});
interface Stated {
  readonly id: string;
  readonly state: string;
  readonly keysDestroyed?: number;
  readonly auditId?: string;
}
const newest = async (): Promise<Stated | undefined> =>
  ((await ask('erasures')).body['erasures'] as Stated[])[0];

async function keys() {
  const directory = join(world.dataDirectory, 'keys');
  const ring = await KeyRing.open(ringFile(directory));
  return { keys: await loadLogKeys(directory, LOG_ORIGIN), ring };
}

const about = async (value: string) => {
  const tag = (await keys()).keys.tagKey.tag({ kind: 'patient', tenant, value });
  return auditRecords(owner, world, `patient_tag = '\\x${tag.toString('hex')}'`);
};

async function verify(trusted: readonly string[] = []) {
  const checked = { tenant, ...(await keys()), trusted };
  await expect
    .poll(async () => (await verifyRecords(owner, checked)).unsequenced, { timeout: 30_000 })
    .toBe(0);
  return verifyRecords(owner, checked);
}

describe('what may be destroyed', () => {
  it('is for compliance officers alone to say', async () => {
    for (const path of ['holds', 'retention', 'erasures']) {
      expect((await ask(path, undefined, 'clinician')).status).toBe(403);
      expect((await ask(path, undefined, 'operator')).status).toBe(403);
    }
    expect((await ask('erasures', request('leaving'), 'clinician')).status).toBe(403);
  });

  it('is nothing without a retention rule', async () => {
    const refused = await ask('erasures', request('leaving'));
    expect([refused.status, refused.text]).toEqual([
      409,
      expect.stringContaining('retention set audit'),
    ]);
  });

  it('names what is wrong with a request', async () => {
    const refused = await ask('erasures', { patient: 'leaving', authority: '', basis: 'x' });
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('authority')]);
    const days = { recordClass: 'audit', minimumDays: 36_501, authority: 'x' };
    expect((await ask('retention', days)).status).toBe(400);
  });
});

describe('an erasure', () => {
  it('waits for the minimum period, and for each legal hold', async () => {
    const rule = { recordClass: 'audit', minimumDays: 2_190, authority: '45 CFR 164.316(b)(2)(i)' };
    expect((await ask('retention', rule)).status).toBe(200);
    expect((await ask('erasures', request('leaving'))).status).toBe(200);
    expect(await newest()).toMatchObject({ state: 'scheduled' });
    expect((await ask('erasures', request('leaving'))).status).toBe(409);

    const hold = { matter: 'Doe v. Clinic', custodian: 'Counsel', reason: 'Discovery' };
    const held = await ask('holds', { ...hold, patients: ['held', 'leaving'] });
    const [placed] = held.body['holds'] as { id: string; patients: number }[];
    expect(placed?.patients).toBe(2);
    await ask('retention', { ...rule, minimumDays: 0, authority: 'Policy 12' });
    await ask('erasures/run', {});
    expect(await newest()).toMatchObject({ state: 'restricted' });
    expect((await about('leaving')).every(({ body }) => body !== null)).toBe(true);

    const release = `holds/${placed?.id}/release`;
    expect((await ask(release, { reason: 'Settled' })).status).toBe(200);
    expect((await ask(release, { reason: 'Settled' })).status).toBe(404);
    await ask('erasures/run', {});
    expect(await newest()).toMatchObject({ state: 'destroyed' });
  });

  it('leaves no body of the patient’s that can be read, all of the others’, and a record that names nobody', async () => {
    const { keysDestroyed = 0, auditId } = (await newest()) ?? {};
    expect(keysDestroyed).toBeGreaterThan(0);
    const records = await about('leaving');
    const readable = records.filter(({ body }) => body !== null);
    expect(records.length).toBeGreaterThan(readable.length);
    expect(readable.map((record) => record.auditId)).toEqual([auditId]);
    expect(JSON.stringify(readable)).not.toContain('leaving');
    for (const id of ['held', 'staying']) {
      expect((await about(id)).every(({ body }) => body?.patient === id)).toBe(true);
    }
  });

  it('leaves the log, its checkpoints from before and its proofs as they were', async () => {
    const report = await verify([before.checkpoint]);
    expect(report).toMatchObject({ ok: true, complete: true, findings: [] });
    expect(report.erasedBodies).toBe((await about('leaving')).length - 1);
    const { leaf, proof } = before;
    const verifier = (await keys()).keys.verifierOf(tenant);
    const verdict = await verifyTlogProof({ leaf, proof }, { verifier, hasher: nodeTreeHasher });
    expect(verdict.ok).toBe(true);
    const again = await proveEntry(owner, { tenant, auditId: before.auditId });
    expect(again.leaf.equals(leaf)).toBe(true);
  });

  it('takes only what was there: the next access can be read again', async () => {
    await world.fhir('clinician', '/Patient/leaving');
    expect((await about('leaving')).at(-1)?.body).toMatchObject({ patient: 'leaving' });
  });

  it('is not what somebody did who took a key from the database', async () => {
    await owner.query(
      `delete from audit_key where patient_tag = (
         select patient_tag from audit where patient_tag is not null order by xid desc limit 1)`,
    );
    const { ok, findings } = await verify();
    expect([ok, findings.map(({ kind }) => kind)]).toEqual([false, ['body-missing']]);
  });
});
