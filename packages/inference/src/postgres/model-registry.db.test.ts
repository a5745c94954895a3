import type { TenantId } from '@holdfast/kernel';
import { inTransaction } from '@holdfast/postgres';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GateReport, Verdict } from '../gates/gate.ts';
import { inferenceMigrations } from '../migrations.ts';
import { CANARY_STAGES } from '../models/routing.ts';
import {
  addVersion,
  listVersions,
  promote,
  readRoutes,
  readVersion,
  recordEvaluation,
  rollBack,
} from './model-registry.ts';

const TENANT = 1 as TenantId;
const shipped = '1';
let db: TestDatabase;
let serial = 0;
let id: string;

beforeAll(async () => {
  db = await testDatabase({ migrations: [inferenceMigrations] });
});
afterAll(() => db.drop());
beforeEach(() => {
  serial += 1;
  id = `model-${serial}`;
});

const added = (version: string) =>
  inTransaction(db.appPool, (tx) =>
    addVersion(tx, TENANT, {
      model: { id, version },
      capability: 'c',
      sha256: 'ab'.repeat(32),
      signature: new Uint8Array(64),
      files: [{ name: 'model.onnx', content: Buffer.from('bytes') }],
    }),
  );
const judged = (version: string, verdict: Verdict) => {
  const report: GateReport = { verdict, findings: [] };
  return recordEvaluation(db.appPool, TENANT, { model: { id, version }, report });
};
const promoted = (version: string) =>
  inTransaction(db.appPool, (tx) =>
    promote(tx, TENANT, { model: { id, version }, reason: 'test', shipped }),
  );
const back = () =>
  inTransaction(db.appPool, (tx) => rollBack(tx, TENANT, { model: id, reason: 'test', shipped }));
const route = async () => (await readRoutes(db.appPool, TENANT)).get(id);

async function answering(version: string): Promise<void> {
  await added(version);
  await judged(version, 'pass');
  for (let i = 0; i <= CANARY_STAGES.length; i++) await promoted(version);
}

describe('the registry', () => {
  it('keeps a version with its files once, whatever is added under its name later', async () => {
    expect([await added('2'), await added('2')]).toEqual(['added', 'kept']);
    const kept = await readVersion(db.appPool, TENANT, { id, version: '2' });
    expect(kept?.files.map(({ name }) => name)).toEqual(['model.onnx']);
    expect(await readVersion(db.appPool, TENANT, { id, version: '3' })).toBeNull();
    const all = await listVersions(db.appPool, TENANT);
    expect(all.find(({ model }) => model.id === id)).toMatchObject({ verdict: null });
  });

  it('lets a version through its trial stage by stage, and flips at the end', async () => {
    await added('2');
    await judged('2', 'pass');
    for (const stage of CANARY_STAGES) {
      expect(await promoted('2')).toMatchObject({ kind: 'canary', route: { champion: '1' } });
      expect((await route())?.canary).toEqual({ version: '2', ...stage });
    }
    expect(await promoted('2')).toMatchObject({ kind: 'promote' });
    expect(await route()).toEqual({ model: id, champion: '2', previous: '1', canary: null });
    expect(await promoted('2')).toEqual({ kind: 'refused', why: 'answers-already' });
  });

  it.each([
    ['was never evaluated', null, 'not-evaluated'],
    ['failed a gate', 'fail', 'gates-failed'],
    ['of which the gates can’t tell', 'inconclusive', 'gates-inconclusive'],
  ] as const)('lets no version pass that %s', async (_, verdict, why) => {
    await added('2');
    if (verdict !== null) await judged('2', verdict);
    expect(await promoted('2')).toEqual({ kind: 'refused', why });
  });

  it('goes by the newest evaluation, also in the middle of a trial', async () => {
    await added('2');
    await judged('2', 'pass');
    await promoted('2');
    await judged('2', 'fail');
    expect(await promoted('2')).toEqual({ kind: 'refused', why: 'gates-failed' });
  });

  it('takes back a trial at once, and a version that answers to the one before it', async () => {
    await answering('2');
    await added('3');
    await judged('3', 'pass');
    await promoted('3');
    expect(await back()).toMatchObject({ route: { champion: '2', canary: null } });
    expect(await back()).toMatchObject({ route: { champion: '1', previous: null } });
    expect(await back()).toEqual({ kind: 'refused', why: 'nothing-before' });
  });

  it('has one version on trial at a time, and none that it does not know', async () => {
    await added('2');
    await judged('2', 'pass');
    await promoted('2');
    expect(await promoted('3')).toEqual({ kind: 'refused', why: 'other-on-trial' });
    await back();
    expect(await promoted('3')).toEqual({ kind: 'refused', why: 'version-unknown' });
  });

  it('lets two flips at once take turns', async () => {
    await added('2');
    await judged('2', 'pass');
    const both = await Promise.all([promoted('2'), promoted('2')]);
    expect(both.map(({ kind }) => kind)).toEqual(['canary', 'canary']);
    expect((await route())?.canary).toEqual({ version: '2', ...CANARY_STAGES[1] });
  });
});
