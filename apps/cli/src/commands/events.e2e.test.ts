import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventsMigrations } from '@holdfast/events';
import { inTransaction } from '@holdfast/postgres';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../main.ts', import.meta.url));
const FLAGS = ['--conditions=@holdfast/source', '--import', 'tsx'];

describe('holdfast events', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase({ migrations: [eventsMigrations] });
    await append(1);
    await append(2);
    await db.pool.query(
      `insert into consumer_group (name, cluster, xid, id) values ('scores', 'c', '0', 0)`,
    );
    await db.pool.query(
      `insert into dead_letter (tenant, consumer_group, stream, seq, event_id, attempts, reason)
       select tenant, 'scores', stream, seq, event_id, 8, 'Error: no' from event where seq = 1`,
    );
    await db.pool.query(
      `insert into consumer_parked (tenant, consumer_group, stream, seq, event_id, attempts, reason)
       select tenant, 'scores', stream, seq, event_id, 8, 'Error: no' from event where seq = 1`,
    );
  });
  afterAll(() => db.drop());

  const append = (seq: number) =>
    inTransaction(db.pool, (tx) =>
      tx.query(
        `insert into event (tenant, stream, seq, event_id, interaction, resource_type, resource_id,
           version, confidentiality, sensitivity, actor, request_id)
         values (1, 7, $1::bigint, gen_random_uuid(), 'create', 'Observation', 'o' || $1::text, 1, 2, 0,
           'Practitioner/p', 'r')`,
        [seq],
      ),
    );
  const start = (...args: string[]) =>
    spawn(process.execPath, [...FLAGS, PROGRAM, 'events', ...args], {
      env: { ...process.env, DATABASE_URL: db.url },
    });
  const run = async (...args: string[]) => {
    const child = start(...args);
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    const [code] = (await once(child, 'close')) as [number];
    return { code, out, err };
  };

  it('says that there is no such group, and which there are', async () => {
    const unknown = await run('dead-letters', '--group', 'scors');
    expect(unknown).toEqual({
      code: 2,
      out: '',
      err: 'holdfast: There is no consumer group scors. There are: scores.\n',
    });
    expect(await run('dead-letters', '--group', 'scores')).toMatchObject({ code: 6 });
  });

  it('says who is behind, and ends with findings where nobody leads a group', async () => {
    const { code, out } = await run('groups', '--json');
    expect(code).toBe(6);
    expect(JSON.parse(out)).toMatchObject({
      groups: [{ group: 'scores', lag: 2, led: false, parkedStreams: 1, deadLetters: 1 }],
      log: { slot: null, outsideMonths: 0 },
    });
  });

  it('lists streams that wait, and why', async () => {
    const { code, out } = await run('parked');
    expect(code).toBe(6);
    expect(out).toBe('scores  Observation/o1/_history/1  8 attempts, tries no more  Error: no\n');
    expect(await run('parked', '--group', 'scors')).toMatchObject({ code: 2 });
  });

  it('lists dead letters with what they are about, and redrives their streams', async () => {
    const { code, out, err } = await run('dead-letters', '--redrive');
    expect([code, err]).toEqual([0, '1 streams try again\n']);
    expect(out).toMatch(/^scores .* Observation\/o1\/_history\/1 {2}8 attempts {2}Error: no\n$/);
    const { rows } = await db.pool.query('select attempts, next_attempt_at from consumer_parked');
    expect(rows).toEqual([{ attempts: 0, next_attempt_at: expect.any(Date) as Date }]);
  });

  it('moves a group, and refuses a group or a place that does not exist', async () => {
    const { rows } = await db.pool.query<{ at: string }>(
      `select xid || '/' || id as at from event where seq = 1`,
    );
    const moved = await run('replay', 'scores', '--from', rows[0]?.at ?? '');
    expect(moved.out).toBe(`scores handles events again; it stands at ${rows[0]?.at}\n`);
    expect(await run('replay', 'nobody', '--from', 'origin')).toMatchObject({
      code: 1,
      err: expect.stringContaining('events/unknown-group') as string,
    });
    expect((await run('replay', 'scores', '--from', 'yesterday')).code).toBe(2);
    expect((await run('replay', 'scores')).code).toBe(2);
    expect((await run('replay', 'scores', '--from', 'origin', '--patient', 'p')).code).toBe(2);
  });

  it('follows the log from a position on, as lines of JSON', async () => {
    const child = start('tail', '--json', '--from', '0/0', '--type', 'Observation');
    const seen: number[] = [];
    const three = new Promise<void>((resolve) => {
      let rest = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) seen.push(Number((JSON.parse(line) as { seq: string }).seq));
        if (seen.length === 2) {
          void append(3).then(() => db.pool.query(`select pg_notify('holdfast_events', 'wake')`));
        }
        if (seen.length === 3) resolve();
      });
    });
    await three;
    expect(seen).toEqual([1, 2, 3]);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
