// Goal: a revocation holds from the next statement, on every process (invariant 1). Method: two
// processes read without pause while a third revokes and grants; one of the readers is killed and
// replaced on the way. Each read compares its decision with the consent in its own snapshot.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventsMigrations } from '@holdfast/events';
import type { ResourceKey, TenantId } from '@holdfast/kernel';
import { ledgerMigrations } from '@holdfast/ledger';
import { inTransaction } from '@holdfast/postgres';
import { storeMigrations } from '@holdfast/store';
import { runs, type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consentMigrations } from '../migrations.ts';
import { StoredWorld } from '../testing/stored-world.ts';
import { ConsentProjection } from './consent-projection.ts';

const TENANT = 1 as TenantId;
const READS = runs(1000);
const READER = fileURLToPath(new URL('../testing/revocation-reader.ts', import.meta.url));

describe('a revocation', () => {
  let db: TestDatabase;
  let patient: ResourceKey;
  let row: string;
  const readers = new Set<ChildProcess>();
  const seen = { fresh: 0, stale: 0, failed: 0 };
  beforeAll(async () => {
    db = await testDatabase({
      migrations: [ledgerMigrations, eventsMigrations, storeMigrations, consentMigrations],
    });
    const world = new StoredWorld(db.pool);
    patient = await world.patient('p');
    // Restricted: only a consent opens it, no default does.
    const restricted = { type: 'Observation', patient, confidentiality: 4 } as const;
    row = String(await world.resource(restricted));
    await world.resource({ type: 'Consent', patient, content: consent('active') });
  });
  afterAll(() => db.drop());

  const consent = (status: string) => ({
    resourceType: 'Consent',
    id: 'k',
    status,
    dateTime: '2026-01-01',
    provision: { type: 'permit' },
  });

  /** Writes the consent as the store does: the resource and what follows from it, or neither. */
  const put = (status: string): Promise<void> =>
    inTransaction(db.appPool, async (tx) => {
      const text = JSON.stringify(consent(status));
      await tx.query('update resource set content = $1 where type = 29', [text]);
      await new ConsentProjection().project(tx, TENANT, { changes: [], patients: [patient] });
    });

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

  it(`leaves no stale release in ${READS} reads of two processes, one of them killed`, {
    timeout: 60_000 + READS * 100,
  }, async () => {
    const first = startReader();
    startReader();
    let writes = 0;
    let isKilled = false;
    for (; seen.fresh + seen.stale < READS && seen.failed === 0; writes++) {
      await put(writes % 2 === 0 ? 'inactive' : 'active');
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
