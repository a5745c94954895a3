import pg from 'pg';
import { throwawayPostgres } from '../src/throwaway-postgres.ts';
import { measureQueries } from './measure-queries.ts';
import { measureWrites } from './measure-writes.ts';
import { planPopulation, populate, TABLES } from './populate.ts';

export interface LayoutOptions {
  readonly resources: number;
  readonly contentBytes: number;
  readonly bulk: boolean;
  /** Timed runs of each query. */
  readonly runs: number;
  readonly creates: number;
  /** Folder of another PostgreSQL's programs. */
  readonly bin?: string | undefined;
  readonly log: (line: string) => void;
}

/** Loads both candidate layouts into a throw-away PostgreSQL and measures them side by side. */
export async function indexLayout(options: LayoutOptions): Promise<Record<string, number>> {
  const server = await throwawayPostgres({
    bin: options.bin,
    nice: 10,
    settings: {
      shared_buffers: '1GB',
      maintenance_work_mem: '1GB',
      work_mem: '256MB',
      max_wal_size: '8GB',
      wal_level: 'minimal',
      max_wal_senders: '0',
      fsync: 'off',
      autovacuum: 'off',
      jit: 'off',
    },
  });
  const figures: Record<string, number> = {};
  try {
    const population = planPopulation(options.resources);
    const load = { population, contentBytes: options.contentBytes, bulk: options.bulk };
    await withClient(server.url, async (db) => {
      const seconds = await populate(db, { ...load, log: options.log });
      figures['a.load.seconds'] = seconds.a;
      figures['b.load.seconds'] = seconds.b;
      Object.assign(figures, await sizes(db));
    });
    await server.restart({ wal_level: 'logical', max_wal_senders: '10', work_mem: '8MB' });
    await withClient(server.url, async (db) => {
      Object.assign(figures, await measureQueries(db, population, options.runs));
      options.log('queries measured');
      const writes = { creates: options.creates, contentBytes: options.contentBytes };
      const labels = { none: 'floor', a: 'a', b: 'b', c: 'c' };
      Object.assign(figures, await measureWrites(db, population, { ...writes, labels, series: 1 }));
      for (const table of TABLES) {
        if (table !== 'token') await db.query(`drop index b.${table}_patient`);
      }
      const token = { labels: { b: 'bTokenOnly' }, series: 2 };
      Object.assign(figures, await measureWrites(db, population, { ...writes, ...token }));
    });
  } finally {
    await server.drop();
  }
  return figures;
}

async function withClient(url: string, work: (db: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** Bytes a resource of each layout's rows and of each of its indexes. */
async function sizes(db: pg.Client): Promise<Record<string, number>> {
  const { rows } = await db.query<{ name: string; bytes: string; resources: string }>(
    `select n.nspname || '.' || c.relname as name, pg_relation_size(c.oid) as bytes,
       (select max(key) from resource) as resources
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('a', 'b') and c.relkind in ('r', 'i')
     union all select 'resource.' || c.relname, pg_relation_size(c.oid), (select max(key) from resource)
     from pg_class c where c.relname like 'resource%' and c.relkind in ('r', 'i')`,
  );
  const figures: Record<string, number> = { resources: Number(rows[0]?.resources) };
  for (const { name, bytes, resources } of rows) {
    const each = Number(bytes) / Number(resources);
    figures[`size.${name}.bytes`] = each;
    const layout = name.slice(0, name.indexOf('.'));
    const kind = /_(pkey|patient|key|updated)$/.test(name) ? 'indexBytes' : 'rowBytes';
    figures[`${layout}.${kind}`] = (figures[`${layout}.${kind}`] ?? 0) + each;
  }
  return figures;
}
