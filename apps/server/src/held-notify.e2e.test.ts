// Goal: no write transaction holds a NOTIFY, its own or one that a trigger or library slipped in: those
// commit one after the other, in the whole cluster. Method: somebody holds that lock, and writes go on.
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Serving, serving } from './testing/serving.ts';

/** Waits as long as a busy machine may take. */
const eventually = <Value>(value: () => Value) => expect.poll(value, { timeout: 20_000 });

let stage: Serving;
let holder: pg.Client;
let watcher: pg.Client;
let pid: number;

beforeAll(async () => {
  stage = await serving({
    // Writes ask for no standby; who does, waits with its locks where one is named that never comes.
    embeddedSettings: { synchronous_commit: 'local' },
  });
  holder = new pg.Client({ connectionString: stage.server.ownerUrl });
  watcher = new pg.Client({ connectionString: stage.server.ownerUrl });
  await holder.connect();
  await watcher.connect();
  const { rows } = await holder.query<{ pid: number }>('select pg_backend_pid() as pid');
  pid = rows[0]?.pid ?? 0;
}, 120_000);
afterAll(async () => {
  await standbys('');
  await watcher.end();
  await holder.end();
  await stage.stop();
}, 60_000);

async function standbys(names: string): Promise<void> {
  await watcher.query(`alter system set synchronous_standby_names = '${names}'`);
  await watcher.query('select pg_reload_conf()');
}

/** Who has the lock of commits that notify (on no object of "pg_database"), or waits for it. */
const inLine = async (granted: boolean): Promise<number[]> => {
  const { rows } = await watcher.query<{ pid: number }>(
    `select pid from pg_locks where locktype = 'object' and classid = 'pg_database'::regclass
       and objid = 0 and granted = $1`,
    [granted],
  );
  return rows.map((row) => row.pid);
};

it('writes commit while nobody may notify', async () => {
  const put = (type: string, id: string, more: object = {}) =>
    stage.fhir('clinician', `/${type}/${id}`, {
      method: 'PUT',
      body: JSON.stringify({ resourceType: type, id, ...more }),
    });
  const handled = async () => {
    const { rows } = await watcher.query<{ handled: string }>(
      `select handled from holdfast.consumer_group where name = 'identity-matching'`,
    );
    return Number(rows[0]?.handled);
  };
  expect((await put('Patient', 'before')).status).toBe(201);
  await eventually(handled).toBe(1);

  await standbys('nobody');
  await eventually(async () => {
    const { rows } = await holder.query<{ names: string }>(
      `select current_setting('synchronous_standby_names') as names`,
    );
    return rows[0]?.names;
  }).toBe('nobody');
  await holder.query('set synchronous_commit = on');
  // Only who has written something waits for a standby, and not before the checkpointer, too, has read
  // the setting: what commits until then is tried again.
  let held: Promise<unknown> | undefined;
  await eventually(() => {
    held ??= holder
      .query(`begin; select pg_logical_emit_message(true, 'held', ''); notify anybody; commit`)
      .finally(() => {
        held = undefined;
      });
    return inLine(true);
  }).toEqual([pid]);

  expect((await put('Patient', 'a', { active: true })).status).toBe(201);
  expect((await put('Patient', 'a', { active: false })).status).toBe(200);
  const subject = { reference: 'Patient/a' };
  const code = { text: 'weight' };
  expect((await put('Observation', 'o', { status: 'final', subject, code })).status).toBe(201);
  const bundle = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        resource: { resourceType: 'Condition', subject, code },
        request: { method: 'POST', url: 'Condition' },
      },
      { request: { method: 'DELETE', url: 'Observation/o' } },
    ],
  };
  const posted = await stage.fhir('clinician', '/', {
    method: 'POST',
    body: JSON.stringify(bundle),
  });
  expect(posted.status).toBe(200);
  expect((await stage.fhir('clinician', '/Patient/a')).status).toBe(200);
  expect(await inLine(true)).toEqual([pid]);

  // A commit that does notify waits, so the lock is the right one.
  const late = new pg.Client({ connectionString: stage.server.ownerUrl });
  await late.connect();
  const waits = late.query('notify anybody');
  await eventually(() => inLine(false)).not.toEqual([]);
  await standbys('');
  await Promise.all([held, waits]);
  await late.end();
  await eventually(handled).toBe(3);
}, 120_000);
