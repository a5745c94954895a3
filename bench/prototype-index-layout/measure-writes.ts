import type { Client } from 'pg';
import { cpuOfBackend } from '../src/process-cpu.ts';
import { median } from '../src/quantile.ts';
import { seeded } from '../src/seeded.ts';
import type { Population } from './populate.ts';

/**
 * Which index rows a write makes: none is the floor (the resource row alone), c is b with the
 * patient in the code's row alone.
 */
export type Written = 'none' | 'a' | 'b' | 'c';

const ROUNDS = 3;
const AMENDED = 200;

export interface WriteOptions {
  readonly creates: number;
  readonly contentBytes: number;
  readonly labels: Partial<Record<Written, string>>;
  /** Marks the ids of this measurement, so that two of them never collide: 0 to 9999. */
  readonly series: number;
}

interface Created {
  readonly key: string;
  readonly patient: number;
  readonly at: string;
}

/**
 * WAL bytes and CPU ms of the back end per create and per status change, full-page images apart.
 * `options.labels` is the prefix of the figures by layout, e.g. `{ b: 'bTokenOnly' }`.
 */
export async function measureWrites(
  db: Client,
  population: Population,
  options: WriteOptions,
): Promise<Record<string, number>> {
  const { rows } = await db.query<{ pid: number }>('select pg_backend_pid() as pid');
  const pid = rows[0]?.pid ?? 0;
  const samples = new Map<string, number[]>();
  const put = (name: string, value: number) =>
    samples.set(name, [...(samples.get(name) ?? []), value]);
  const writer = new Writer(db, population, options);
  await db.query('set synchronous_commit = off');
  const layouts = Object.entries(options.labels) as [Written, string][];
  for (const [layout] of layouts) await writer.create(layout, 50); // plans and caches
  for (let round = 0; round < ROUNDS; round++) {
    for (const [layout, label] of layouts) {
      await fullPageWrites(db, false);
      const create = await measured(db, pid, () => writer.create(layout, options.creates));
      put(`${label}.create.walBytes`, create.walBytes / options.creates);
      put(`${label}.create.cpuMs`, create.cpuMs / options.creates);
      const amend = await measured(db, pid, () =>
        writer.amend(layout, create.result.slice(0, AMENDED)),
      );
      put(`${label}.amend.walBytes`, amend.walBytes / AMENDED);
      await fullPageWrites(db, true);
      const pages = await measured(db, pid, () => writer.create(layout, options.creates));
      put(`${label}.create.walBytesWithFullPages`, pages.walBytes / options.creates);
    }
  }
  return Object.fromEntries([...samples].map(([name, values]) => [name, median(values)]));
}

async function fullPageWrites(db: Client, on: boolean): Promise<void> {
  await db.query(`alter system set full_page_writes = ${on ? 'on' : 'off'}`);
  await db.query('select pg_reload_conf()');
  // The checkpointer takes the setting up; after the checkpoint every page's first change counts.
  await db.query('checkpoint');
}

async function measured<Value>(
  db: Client,
  pid: number,
  work: () => Promise<Value>,
): Promise<{ walBytes: number; cpuMs: number; result: Value }> {
  const position = 'select pg_current_wal_insert_lsn()::text as lsn';
  const before = (await db.query<{ lsn: string }>(position)).rows[0]?.lsn;
  const cpu = cpuOfBackend(pid);
  const result = await work();
  const cpuMs = cpuOfBackend(pid) - cpu;
  const { rows } = await db.query<{ bytes: string }>(
    'select pg_current_wal_insert_lsn() - $1::pg_lsn as bytes',
    [before],
  );
  return { walBytes: Number(rows[0]?.bytes), cpuMs, result };
}

class Writer {
  readonly #db: Client;
  readonly #population: Population;
  readonly #body: string;
  readonly #series: string;
  readonly #random = seeded(11);
  #number = 0;

  constructor(db: Client, population: Population, options: WriteOptions) {
    this.#db = db;
    this.#population = population;
    this.#body = '{"resourceType":"Observation"'.padEnd(options.contentBytes, 'k');
    this.#series = String(options.series).padStart(4, '0');
  }

  async create(layout: Written, times: number): Promise<Created[]> {
    const created: Created[] = [];
    const below = (limit: number) => Math.floor(this.#random() * limit);
    for (let i = 0; i < times; i++) {
      const patient = 1 + below(this.#population.patients);
      const at = new Date(Date.UTC(2026, 0, 1) + 1000 * this.#number++).toISOString();
      const encounter = this.#population.patients * (1 + below(2)) + patient;
      const { rows } = await this.#db.query<{ key: string }>({
        name: 'create_observation',
        text: 'select create_observation($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12) as key',
        values: [
          layout,
          `019b7d2a-${this.#series}-7000-8000-${String(this.#number).padStart(12, '0')}`,
          patient,
          at,
          this.#body,
          [20, 21, 22],
          ['vital-signs', ['8480-6', '8462-4', '8867-4', '9279-1'][below(4)], 'final'],
          [1, 2, 3],
          [24, 25, 26],
          [patient, encounter, -1 - below(200)],
          below(12),
          40 + below(12_000) / 100,
        ],
      });
      created.push({ key: rows[0]?.key ?? '', patient, at });
    }
    return created;
  }

  async amend(layout: Written, created: readonly Created[]): Promise<void> {
    for (const { key, patient, at } of created) {
      await this.#db.query({
        name: 'amend_observation',
        text: 'select amend_observation($1,$2,$3,$4,$5)',
        values: [layout, key, patient, at, this.#body],
      });
    }
  }
}
