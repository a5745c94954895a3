import { randomUUID } from 'node:crypto';
import type { EmbeddedPostgres } from '@holdfast/postgres';
import pg from 'pg';
import { cpuOfTrees } from '../process-cpu.ts';
import { bodyWeight } from './body-weight.ts';
import { CONCURRENCY, type Subject } from './measure-load.ts';

/** Documents for the floor's reads. */
const STORED = 2_000;

/**
 * The least that storing and reading a document in PostgreSQL costs from Node: one table of id and
 * text behind the `pg` driver, one statement, JSON in and out; no HTTP, validation, search, history,
 * consent, event or audit. What Holdfast takes beyond it is the price of those.
 */
export interface Floor {
  readonly create: Subject;
  readonly read: Subject;
  close(): Promise<void>;
}

export async function openFloor(postgres: EmbeddedPostgres): Promise<Floor> {
  const connectionString = await postgres.ensureDatabase('floor');
  const pool = new pg.Pool({ connectionString, max: CONCURRENCY });
  await pool.query('create table document (id text primary key, content text not null)');
  let made = 0;
  const insert = async () => {
    const sent = JSON.parse(bodyWeight('p', made++)) as object;
    const document = { ...sent, id: randomUUID() };
    await pool.query({
      name: 'insert',
      text: 'insert into document values ($1, $2)',
      values: [document.id, JSON.stringify(document)],
    });
    return document.id;
  };
  const ids: string[] = [];
  for (let n = 0; n < STORED; n++) ids.push(await insert());
  let next = 0;
  const cpu = () => ({
    server: process.cpuUsage().user / 1000 + process.cpuUsage().system / 1000,
    database: cpuOfTrees([postgres.pid]),
  });
  return {
    create: { name: 'floor.create', cpu, ask: async () => void (await insert()) },
    read: {
      name: 'floor.read',
      cpu,
      ask: async () => {
        const { rows } = await pool.query<{ content: string }>({
          name: 'select',
          text: 'select content from document where id = $1',
          values: [ids[next++ % ids.length]],
        });
        JSON.stringify(JSON.parse(rows[0]?.content ?? ''));
      },
    },
    close: () => pool.end(),
  };
}
