// Goal: who an actor stands for is part of every decision, and a change of it holds from the next
// statement of every process (CON-16). Method: a patient who keeps an organisation out and treats with
// another; practitioners who come into them by roles, groups and the tree, and leave them again.

import { eventsMigrations } from '@holdfast/events';
import { isResourceType, type ResourceType, typeOfCode } from '@holdfast/fhir';
import { type PatientId, systemClock, type TenantId } from '@holdfast/kernel';
import { ledgerMigrations } from '@holdfast/ledger';
import { type ProjectedChange, storeMigrations } from '@holdfast/store';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../actor.ts';
import { consentMigrations } from '../migrations.ts';
import { decidedRows, StoredWorld } from '../testing/stored-world.ts';
import { ConsentGates } from './consent-gates.ts';
import { MembershipProjection } from './membership-projection.ts';

const TENANT = 1 as TenantId;
const projection = new MembershipProjection();
const to = (reference: string) => ({ reference });

const actor = (principal: string, patientId?: PatientId): Actor => ({
  tenant: TENANT,
  principal,
  closure: [],
  roles: ['clinician'],
  purposes: ['TREAT'],
  emergency: false,
  tokenId: 'test',
  ...(patientId !== undefined && { patientId }),
});

describe('closures of actors in PostgreSQL', () => {
  let db: TestDatabase;
  let processes: readonly ConsentGates[];
  beforeAll(async () => {
    db = await testDatabase({
      migrations: [ledgerMigrations, eventsMigrations, storeMigrations, consentMigrations],
    });
    const world = new StoredWorld(db.pool);
    const patient = await world.patient('p1', [
      'care-team:Organization/house',
      'care-team:Group/g',
    ]);
    await world.resource({ type: 'Observation', id: 'o', patient });
    processes = [0, 1].map(
      () => new ConsentGates({ database: () => db.appPool, clock: systemClock }),
    );
  });
  afterAll(() => db.drop());

  const write = async (
    ...resources: readonly { resourceType: string; id: string; [element: string]: unknown }[]
  ) => {
    const changes = resources.map((resource): ProjectedChange => {
      const type: string = resource.resourceType;
      if (!isResourceType(type)) throw new Error(type);
      return { type, id: resource.id, expected: 1, content: JSON.stringify(resource) };
    });
    await projection.project(db.appPool, TENANT, { changes, patients: [] });
  };
  const remove = (type: ResourceType, id: string) =>
    projection.project(db.appPool, TENANT, {
      changes: [{ type, id, expected: 1, content: null }],
      patients: [],
    });

  /** Whether the actor sees the observation, by the SQL form and in process, on every process. */
  async function sees(principal: string): Promise<boolean[]> {
    const who = actor(principal);
    const answers: boolean[] = [];
    for (const gates of processes) {
      const source = gates.gateSource(who, 'read');
      for (let gate = source.current(); ; ) {
        const seen = await decidedRows(
          db.appPool,
          (alias, bind) => `(${gate.releasable(alias, bind)})`,
          (code) => typeOfCode(code) ?? '',
        );
        const row = seen.rows.find(({ facts }) => facts.id === 'o');
        if (row === undefined) throw new Error('the row is gone');
        if (seen.epoch <= gate.epoch && row.nowMs < gate.validUntil) {
          answers.push(gate.decide(row.facts, row.nowMs).kind === 'release', row.released);
          break;
        }
        gate = await source.refresh(row.nowMs);
      }
    }
    return answers;
  }
  const all = (value: boolean) => [value, value, value, value];
  const epochs = async () => {
    const { rows } = await db.pool.query<{ consent_epoch: string; membership_epoch: string }>(
      'select consent_epoch, membership_epoch from tenant_state',
    );
    return rows[0];
  };

  const role = (rest: object = {}) => ({
    resourceType: 'PractitionerRole',
    id: 'r',
    practitioner: to('Practitioner/a'),
    organization: to('Organization/ward'),
    ...rest,
  });
  const ward = { resourceType: 'Organization', id: 'ward', partOf: to('Organization/house') };

  it('CON-16 leads up the tree, and no further than it goes', async () => {
    expect(await sees('Practitioner/a')).toEqual(all(false));
    await write(role());
    expect(await sees('Practitioner/a')).toEqual(all(false));
    await write(ward);
    expect(await sees('Practitioner/a')).toEqual(all(true));
    expect(await sees('Practitioner/b')).toEqual(all(false));
    // A circle is no way out of it.
    await write({ resourceType: 'Organization', id: 'house', partOf: to('Organization/ward') });
    expect(await sees('Practitioner/a')).toEqual(all(true));
    await write(role({ active: false }));
    expect(await sees('Practitioner/a')).toEqual(all(false));
    await write(role());
    await remove('Organization', 'ward');
    expect(await sees('Practitioner/a')).toEqual(all(false));
  });

  it('follows groups in groups, and a membership’s own end without a write', async () => {
    const inner = {
      resourceType: 'Group',
      id: 'inner',
      member: [{ entity: to('Practitioner/c') }],
    };
    const until = (ms: number) => ({
      resourceType: 'Group',
      id: 'g',
      member: [{ entity: to('Group/inner'), period: { end: new Date(ms).toISOString() } }],
    });
    const end = Date.now() + 3000;
    await write(inner, until(end));
    expect(await sees('Practitioner/c')).toEqual(all(true));
    await new Promise((resolve) => {
      setTimeout(resolve, Math.max(0, end - Date.now()) + 50);
    });
    expect(await sees('Practitioner/c')).toEqual(all(false));
  });

  it('moves no epoch by what says the same as before', async () => {
    await write(ward, role());
    const before = await epochs();
    await write(role(), ward);
    expect(await epochs()).toEqual(before);
    await write(role({ organization: to('Organization/other') }));
    const after = await epochs();
    expect(BigInt(after?.membership_epoch ?? 0)).toBe(BigInt(before?.membership_epoch ?? 0) + 1n);
    expect(BigInt(after?.consent_epoch ?? 0)).toBe(BigInt(before?.consent_epoch ?? 0) + 1n);
  });
});
