import { eventsMigrations } from '@holdfast/events';
import { typeOfCode } from '@holdfast/fhir';
import type { TenantId } from '@holdfast/kernel';
import { ledgerMigrations } from '@holdfast/ledger';
import { storeMigrations } from '@holdfast/store';
import { fakeClock, type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../actor.ts';
import { consentMigrations } from '../migrations.ts';
import { STARTER_RULEBOOK } from '../rulebook.ts';
import { decidedRows, StoredWorld } from '../testing/stored-world.ts';
import { ConsentGates } from './consent-gates.ts';
import { PolicyStore } from './policy-store.ts';

const TENANT = 1 as TenantId;
const clinician: Actor = {
  tenant: TENANT,
  principal: 'Practitioner/a',
  closure: [],
  roles: ['clinician'],
  purposes: ['TREAT'],
  emergency: false,
  tokenId: 't',
};
const { domain, policy } = STARTER_RULEBOOK;
const withoutCare = {
  title: 'No care',
  domain,
  rules: policy.rules.filter(({ id }) => id !== 'care-read'),
};

describe('access policies in PostgreSQL', () => {
  let db: TestDatabase;
  let row: string;
  beforeAll(async () => {
    db = await testDatabase({
      migrations: [ledgerMigrations, eventsMigrations, storeMigrations, consentMigrations],
    });
    const world = new StoredWorld(db.pool);
    row = String(await world.resource({ type: 'Observation', patient: await world.patient('p') }));
  });
  afterAll(() => db.drop());

  const newGates = () =>
    new ConsentGates({ database: () => db.appPool, clock: fakeClock(new Date()) });

  /** As the store reads: a gate that is older than what the statement saw is refreshed first. */
  async function sees(gates: ConsentGates): Promise<boolean> {
    const source = gates.gateSource(clinician, 'read');
    for (let gate = source.current(); ; gate = await source.refresh(Date.now())) {
      const current = gate;
      const seen = await decidedRows(
        db.appPool,
        (alias, bind) => current.releasable(alias, bind),
        (code) => typeOfCode(code) ?? '',
      );
      if (seen.epoch > gate.epoch) continue;
      const found = seen.rows.find(({ key }) => key === row);
      if (found === undefined) throw new Error('the row is gone');
      expect(gate.decide(found.facts, found.nowMs).kind === 'release').toBe(found.released);
      return found.released;
    }
  }

  it('CON-9 an activation holds from the next statement of every process, and so does a roll-back', async () => {
    const policies = new PolicyStore(TENANT, db.appPool);
    const processes = [newGates(), newGates()];
    const all = () => Promise.all(processes.map(sees));
    expect(await all()).toEqual([true, true]);

    const stored = await policies.store(withoutCare, 'Person/officer');
    expect(stored).toMatchObject({ ok: true, value: { version: 1 } });
    expect(await all()).toEqual([true, true]);
    await policies.activate(1, 'Person/officer', 'drill');
    expect(await all()).toEqual([false, false]);

    await policies.store({ ...withoutCare, title: 'Care', rules: policy.rules }, 'Person/officer');
    await policies.activate(2, 'Person/officer', 'care again');
    expect(await all()).toEqual([true, true]);
    await policies.activate(1, 'Person/officer', 'rolled back');
    expect(await all()).toEqual([false, false]);
    expect(await sees(newGates())).toBe(false);
    expect((await newGates().rulebook(TENANT)).policy.version).toBe('policy-1');
    expect(
      (await policies.list()).map(({ version, isActive, title }) => [version, isActive, title]),
    ).toEqual([
      [2, false, 'Care'],
      [1, true, 'No care'],
    ]);
  });

  it('stores no document with faults, activates none that is not there, changes none', async () => {
    const policies = new PolicyStore(TENANT, db.appPool);
    const before = await policies.list();
    expect((await policies.store({ ...withoutCare, title: '' }, 'x')).ok).toBe(false);
    await expect(policies.activate(99, 'x', 'no')).rejects.toThrow(/CONSENT_POLICY_UNKNOWN/);
    expect(await policies.list()).toEqual(before);
    for (const change of [
      "update access_policy set document = '{}'",
      'delete from access_policy',
      'update policy_activation set version = 2',
    ]) {
      await expect(db.appPool.query(change)).rejects.toThrow(/permission denied/);
    }
  });
});
