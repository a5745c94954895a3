import { appendFile, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fakeClock, seededRandom, type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SignalSpool } from './files/signal-spool.ts';
import { visibilityMigrations } from './migrations.ts';
import { postgresSignalTable } from './postgres/postgres-signal-table.ts';
import { SignalRecorder } from './signal-recorder.ts';
import type { SignalTable } from './signal-table.ts';
import { ManualTimers } from './testing/manual-timers.ts';
import { occurrence, patients, TENANT } from './testing/occurrences.ts';

const down = { cause: 'postgres-unavailable', dependency: 'postgres', tenant: TENANT } as const;

describe('SignalRecorder on PostgreSQL', () => {
  let db: TestDatabase;
  let folder: string;
  let seed = 0;
  const database = { away: false };
  const recorders: SignalRecorder[] = [];

  beforeAll(async () => {
    db = await testDatabase({ migrations: [visibilityMigrations] });
  });
  beforeEach(async () => {
    database.away = false;
    folder = await mkdtemp(join(tmpdir(), 'holdfast-spool-'));
    await db.pool.query('truncate signal, signal_patient');
  });
  afterEach(async () => {
    await Promise.all(recorders.splice(0).map((each) => each.stop()));
    await rm(folder, { recursive: true });
  });
  afterAll(() => db.drop());

  const start = async (spoolBytes = 100_000) => {
    const table = postgresSignalTable(db.pool);
    const guarded: SignalTable = {
      save: (records) => (database.away ? Promise.reject(new Error('away')) : table.save(records)),
      load: (limit) => (database.away ? Promise.reject(new Error('away')) : table.load(limit)),
    };
    const clock = fakeClock();
    const timers = new ManualTimers();
    const spool = new SignalSpool(join(folder, 'signals.jsonl'), spoolBytes);
    seed += 1;
    const random = seededRandom(seed);
    const recorder = new SignalRecorder({ table: guarded, spool, clock, timers, random });
    recorders.push(recorder);
    await recorder.start();
    return { recorder, timers, clock };
  };
  const stored = async () => {
    const { rows } = await db.pool.query<Record<string, unknown>>(
      `select cause, occurrences::int, resolved_at is not null as resolved,
         array(select patient_id from signal_patient p where p.signal = s.id order by 1) as patients
       from signal s order by cause`,
    );
    return rows;
  };

  it('VIS-3 stores a signal and its patients, and the next process goes on with it', async () => {
    const { recorder } = await start();
    recorder.report(occurrence({ ...down, patients: patients('a') }));
    recorder.report(occurrence({ ...down, patients: patients('b', 'a') }));
    await recorder.flushed();
    expect(await stored()).toEqual([
      { cause: 'postgres-unavailable', occurrences: 2, resolved: false, patients: ['a', 'b'] },
    ]);
    const next = await start();
    const [signal] = next.recorder.list();
    expect(signal).toMatchObject({ patientCount: 2, occurrences: 2, resolvedAt: null });
    next.recorder.resolve(down);
    await next.recorder.flushed();
    expect(await stored()).toMatchObject([{ resolved: true, occurrences: 2 }]);
  });

  it('VIS-3 answers from memory while the database is away and reconciles once it is back', async () => {
    const { recorder, timers } = await start();
    database.away = true;
    recorder.report(occurrence({ ...down, patients: patients('a') }));
    await recorder.flushed();
    recorder.report(occurrence({ ...down, patients: patients('b') }));
    await recorder.flushed();
    const [signal] = recorder.list();
    expect(recorder.get(signal?.id ?? ('' as never))?.patients).toEqual(['a', 'b']);
    expect(recorder.status()).toMatchObject({ database: 'away', unsaved: 1 });
    expect(recorder.status().spoolBytes).toBeGreaterThan(0);
    expect(timers.armed).toBe(1);
    expect(await stored()).toEqual([]);

    database.away = false;
    recorder.databaseAnswers();
    recorder.resolve(down);
    await recorder.flushed();
    expect(await stored()).toEqual([
      { cause: 'postgres-unavailable', occurrences: 2, resolved: true, patients: ['a', 'b'] },
    ]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('finds the database again by its one timer', async () => {
    const { recorder, timers } = await start();
    database.away = true;
    recorder.report(occurrence());
    await recorder.flushed();
    timers.fire();
    await recorder.flushed();
    expect(timers.armed).toBe(1);
    database.away = false;
    timers.fire();
    await recorder.flushed();
    expect(await stored()).toHaveLength(1);
    expect(timers.armed).toBe(0);
  });

  it('VIS-4 a crash while the database is away loses nothing that was spooled', async () => {
    const crashed = await start();
    database.away = true;
    crashed.recorder.report(occurrence({ ...down, patients: patients('a', 'b') }));
    crashed.recorder.report(occurrence({ patients: patients('c') }));
    await crashed.recorder.flushed();
    const file = join(folder, 'signals.jsonl');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    // The crash cut a line short.
    await appendFile(file, '{"tenant":1,"id":"01');

    const blind = await start();
    expect(blind.recorder.list()).toHaveLength(2);
    database.away = false;
    blind.recorder.databaseAnswers();
    await blind.recorder.flushed();
    expect(await stored()).toEqual([
      { cause: 'postgres-unavailable', occurrences: 1, resolved: false, patients: ['a', 'b'] },
      { cause: 'request-failed-internal', occurrences: 1, resolved: false, patients: ['c'] },
    ]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('VIS-4 reading a spool twice changes nothing', async () => {
    const first = await start();
    database.away = true;
    first.recorder.report(occurrence({ ...down, patients: patients('a') }));
    await first.recorder.flushed();
    const text = await readFile(join(folder, 'signals.jsonl'), 'utf8');
    database.away = false;
    await start();
    const once = await stored();
    await appendFile(join(folder, 'signals.jsonl'), text);
    await start();
    expect(await stored()).toEqual(once);
  });

  it('VIS-4 a full spool counts what it refuses and is itself a signal until it is emptied', async () => {
    const { recorder } = await start(600);
    database.away = true;
    for (let i = 0; i < 8; i++) {
      recorder.report(occurrence({ dependency: `d${i}` }));
      await recorder.flushed();
    }
    expect(recorder.status().spoolDropped).toBeGreaterThan(0);
    const causes = () =>
      recorder.list().flatMap((each) => (each.resolvedAt === null ? [each.cause] : []));
    expect(causes()).toContain('signal-spool-overflow');
    expect(await readdir(folder)).toEqual(['signals.jsonl', 'signals.jsonl.1']);

    database.away = false;
    recorder.databaseAnswers();
    await recorder.flushed();
    await recorder.flushed();
    expect(await stored()).toHaveLength(9);
    expect(causes()).not.toContain('signal-spool-overflow');
  });

  it('tells listeners of changes, and one that throws stops nobody', async () => {
    const { recorder } = await start();
    const heard: string[] = [];
    recorder.subscribe(() => {
      throw new Error('bad listener');
    });
    const end = recorder.subscribe(({ kind }) => heard.push(kind));
    recorder.report(occurrence(down));
    recorder.report(occurrence(down));
    recorder.resolve(down);
    end();
    recorder.report(occurrence(down));
    expect(heard).toEqual(['opened', 'merged', 'resolved']);
  });

  it('VIS-6 the application reads its own tenant only and writes none', async () => {
    const { recorder } = await start();
    recorder.report(occurrence({ ...down, patients: patients('a') }));
    recorder.report(occurrence({ cause: 'ledger-checkpoint-stale', tenant: null }));
    recorder.report(occurrence({ tenant: 2 as never, patients: patients('z') }));
    await recorder.flushed();
    const { rows } = await db.appPool.query('select cause from signal');
    expect(rows).toEqual([{ cause: 'postgres-unavailable' }]);
    expect((await db.appPool.query('select from signal_patient')).rowCount).toBe(1);
    await expect(db.appPool.query('delete from signal')).rejects.toThrow(/permission denied/);
  });
});
