import { systemRandom } from '@holdfast/kernel';
import { fakeClock, type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { IncidentKeeper } from './incident-keeper.ts';
import { visibilityMigrations } from './migrations.ts';
import { postgresSignalTable } from './postgres/postgres-signal-table.ts';
import { SignalRecorder } from './signal-recorder.ts';
import { patients, TENANT } from './testing/occurrences.ts';

const outage = { cause: 'postgres-unavailable', dependency: 'postgres', tenant: TENANT } as const;
const parked = { cause: 'event-consumer-parked', dependency: 'scores', tenant: TENANT } as const;

describe('IncidentKeeper on PostgreSQL', () => {
  let db: TestDatabase;
  const stops: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    db = await testDatabase({ migrations: [visibilityMigrations] });
  });
  beforeEach(async () => {
    await db.pool.query(
      'truncate signal, signal_patient, incident, incident_entry, incident_signal',
    );
  });
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });
  afterAll(() => db.drop());

  const clock = fakeClock('2026-11-24T04:00:00Z');
  const startProcess = async () => {
    const signals = new SignalRecorder({ table: postgresSignalTable(db.pool), clock });
    await signals.start();
    const keeper = new IncidentKeeper({ pool: db.pool, signals, clock, random: systemRandom });
    await keeper.start();
    stops.push(
      () => signals.stop(),
      () => keeper.stop(),
    );
    const list = async () => {
      await signals.flushed();
      await keeper.settled();
      return keeper.list(TENANT);
    };
    return { signals, keeper, list };
  };

  it('an outage and what it brings about are one incident with everybody it reached', async () => {
    const { signals, keeper, list } = await startProcess();
    signals.report({ ...parked, outcome: 'delayed', patients: patients('cleo', 'ada') });
    signals.report({ ...outage, outcome: 'failed', patients: patients('ben', 'ada') });
    clock.advance(60_000);
    signals.resolve(outage);
    const [incident, ...others] = await list();
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ cause: 'postgres-unavailable', severity: 'critical' });
    expect(incident?.signals.map(({ cause }) => cause).sort()).toEqual([
      'event-consumer-parked', // noticed first, and no incident by itself
      'postgres-unavailable',
    ]);
    const id = incident?.id;
    if (id === undefined) throw new Error('no incident');
    expect(await keeper.patients(TENANT, id)).toEqual(patients('ada', 'ben', 'cleo'));

    signals.report({ ...parked, outcome: 'delayed', patients: patients('dora') });
    await list();
    expect(await keeper.patients(TENANT, id)).toEqual(patients('ada', 'ben', 'cleo', 'dora'));
  });

  it('one more occurrence of the same is not placed again', async () => {
    const { signals, keeper, list } = await startProcess();
    const told = vi.fn<() => void>();
    keeper.subscribe(told);
    for (let nth = 0; nth < 100; nth++) {
      signals.report({ ...parked, outcome: 'delayed' });
      signals.report({ ...outage, outcome: 'failed' });
      await list();
    }
    // The first of each, and the effect again once its cause has opened an incident.
    expect(told.mock.calls.length).toBeLessThanOrEqual(3);
  });

  it('two processes that see one outage keep one incident', async () => {
    const [one, other] = [await startProcess(), await startProcess()];
    one.signals.report({ ...outage, outcome: 'failed' });
    other.signals.report({ ...outage, outcome: 'failed' });
    await one.list();
    const incidents = await other.list();
    expect(incidents).toHaveLength(1);
    expect(incidents[0]?.signals).toHaveLength(2);
  });

  it('a process that starts later goes on where the one before was killed', async () => {
    const before = await startProcess();
    before.signals.report({ ...outage, outcome: 'failed' });
    const [known] = await before.list();
    for (const stop of stops.splice(0).reverse()) await stop();
    const after = await startProcess();
    after.signals.resolve(outage);
    expect(await after.list()).toMatchObject([
      { id: known?.id, signals: [{ cause: outage.cause }] },
    ]);
    expect((await after.list())[0]?.signals[0]?.endedAt).not.toBeNull();
  });

  it('what a person writes is there for everybody, and a refusal leaves nothing', async () => {
    const { signals, keeper, list } = await startProcess();
    signals.report({ ...outage, outcome: 'failed' });
    const [incident] = await list();
    const at = { tenant: TENANT, id: incident?.id ?? ('' as never) };
    const author = 'Practitioner/on-call';
    const close = { kind: 'closed', because: 'over' } as const;
    expect(await keeper.write(at, { entry: close, author })).toEqual({
      ok: false,
      error: 'still-failing',
    });
    expect((await keeper.write(at, { entry: { kind: 'acknowledged' }, author })).ok).toBe(true);
    signals.resolve(outage);
    await list();
    expect((await keeper.write(at, { entry: close, author })).ok).toBe(true);
    const record = await keeper.read(TENANT, at.id);
    expect(record?.entries.map(({ entry }) => entry.kind)).toEqual([
      'signal-joined',
      'acknowledged',
      'signal-ended',
      'closed',
    ]);
    expect((await list())[0]).toMatchObject({ status: 'closed', owner: author });
  });

  it('the application reads its own tenant’s incidents and changes none', async () => {
    const { signals, list } = await startProcess();
    signals.report({ ...outage, outcome: 'failed' });
    await list();
    const seen = async (tenant: number) => {
      const connection = await db.appPool.connect();
      try {
        await connection.query('begin');
        await connection.query(`select set_config('holdfast.tenant', $1, true)`, [String(tenant)]);
        const { rows } = await connection.query('select id from incident');
        return rows.length;
      } finally {
        await connection.query('rollback');
        connection.release();
      }
    };
    expect([await seen(TENANT), await seen(2)]).toEqual([1, 0]);
    await expect(db.appPool.query('delete from incident_entry')).rejects.toThrow(/permission/);
  });
});
