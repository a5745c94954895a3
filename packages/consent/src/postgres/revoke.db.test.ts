// Goal: a revocation holds from the next statement, on every process (invariant 1). Method: two
// processes read without pause while a third revokes and grants consents, ends and begins
// relationships, opens and ends emergency access; one of the readers is killed and replaced on the
// way. Each read compares its decision with what is on file in its own snapshot.

import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventsMigrations } from '@holdfast/events';
import { type ResourceType, typeCode } from '@holdfast/fhir';
import type { ResourceKey, TenantId } from '@holdfast/kernel';
import { ledgerMigrations } from '@holdfast/ledger';
import { inTransaction, type Queryable } from '@holdfast/postgres';
import { storeMigrations } from '@holdfast/store';
import { runs, type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consentMigrations } from '../migrations.ts';
import { StoredWorld } from '../testing/stored-world.ts';
import { BreakGlass } from './break-glass.ts';
import { ConsentProjection } from './consent-projection.ts';
import { RelationshipProjection } from './relationship-projection.ts';

const TENANT = 1 as TenantId;
const ACTOR = 'Practitioner/a';
const READS = runs(1000);
const READER = fileURLToPath(new URL('../testing/revoke-reader.ts', import.meta.url));

describe('a revocation', () => {
  let db: TestDatabase;
  let patient: ResourceKey;
  let row: string;
  let glass: BreakGlass;
  let openGlass = '';
  const readers = new Set<ChildProcess>();
  const seen = { fresh: 0, stale: 0, failed: 0 };
  beforeAll(async () => {
    db = await testDatabase({
      migrations: [ledgerMigrations, eventsMigrations, storeMigrations, consentMigrations],
    });
    const world = new StoredWorld(db.pool);
    patient = await world.patient('p', []);
    // Restricted: only a consent opens it, no default does.
    const restricted = { type: 'Observation', patient, confidentiality: 4 } as const;
    row = String(await world.resource(restricted));
    await world.resource({ type: 'Consent', patient, content: consent('active') });
    await world.resource({ type: 'CareTeam', patient, content: team('inactive') });
    await world.resource({ type: 'Basic', patient, content: { status: 'inactive' } });
    glass = new BreakGlass(TENANT, db.appPool);
  });
  afterAll(() => db.drop());

  const consent = (status: string) => ({
    resourceType: 'Consent',
    id: 'k',
    status,
    dateTime: '2026-01-01',
    provision: { type: 'permit' },
  });

  const team = (status: string) => ({
    resourceType: 'CareTeam',
    id: 't',
    status,
    subject: { reference: 'Patient/p' },
    participant: [{ member: { reference: ACTOR } }],
  });

  /** As the store writes: the resource and what follows from it, or neither. */
  const put = (type: ResourceType, resource: object, follow: (tx: Queryable) => Promise<unknown>) =>
    inTransaction(db.appPool, async (tx) => {
      await tx.query('update resource set content = $1 where type = $2', [
        JSON.stringify(resource),
        typeCode(type),
      ]);
      await follow(tx);
    });
  const putConsent = (status: string) =>
    put('Consent', consent(status), (tx) =>
      new ConsentProjection().project(tx, TENANT, { changes: [], patients: [patient] }),
    );
  const putTeam = (status: string) => {
    const content = JSON.stringify(team(status));
    const change = { type: 'CareTeam', id: 't', expected: 1, content } as const;
    return put('CareTeam', team(status), (tx) =>
      new RelationshipProjection().project(tx, TENANT, { changes: [change], patients: [patient] }),
    );
  };
  const putGlass = async (status: string): Promise<void> => {
    const grant = { id: randomUUID(), patientId: 'p', actor: ACTOR, reason: 'drill', minutes: 60 };
    if (status === 'active') openGlass = (await glass.ask(grant)).id;
    // The steps of `BreakGlass`, with a resource beside them that tells the oracle.
    const step =
      status === 'active'
        ? `select open_break_glass(1::smallint, $1, $2, interval '5 minutes')`
        : 'select end_break_glass(1::smallint, $1, $2)';
    await put('Basic', { resourceType: 'Basic', status }, (tx) =>
      tx.query(step, [openGlass, ACTOR]),
    );
  };

  /** Each of the three, on and off, so that every change decides about the row by itself. */
  const STEPS: readonly (() => Promise<void>)[] = [
    () => putTeam('active'),
    () => putTeam('inactive'),
    () => putTeam('active'),
    () => putConsent('inactive'),
    () => putGlass('active'),
    () => putGlass('inactive'),
    () => putConsent('active'),
    () => putTeam('inactive'),
  ];

  function startReader(): ChildProcess {
    const reader = fork(READER, [db.url, row], {
      execArgv: ['--conditions=@holdfast/source', '--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    readers.add(reader);
    reader.on('message', (said: 'fresh' | 'stale') => {
      seen[said]++;
    });
    reader.on('exit', (code) => {
      readers.delete(reader);
      if (code !== null && code !== 0) seen.failed++;
    });
    return reader;
  }

  async function kill(reader: ChildProcess): Promise<void> {
    reader.kill('SIGKILL');
    await once(reader, 'exit');
  }

  it(`of consent, relationship or emergency access leaves no stale release in ${READS} reads of two processes, one of them killed`, {
    timeout: 60_000 + READS * 100,
  }, async () => {
    const first = startReader();
    startReader();
    let writes = 0;
    let isKilled = false;
    for (; seen.fresh + seen.stale < READS && seen.failed === 0; writes++) {
      await STEPS[writes % STEPS.length]?.();
      if (isKilled || seen.fresh < READS / 2) continue;
      isKilled = true;
      await kill(first);
      startReader();
    }
    await Promise.all([...readers].map(kill));
    expect(seen).toMatchObject({ stale: 0, failed: 0 });
    expect(isKilled).toBe(true);
    expect(writes).toBeGreaterThan(20);
  });
});
