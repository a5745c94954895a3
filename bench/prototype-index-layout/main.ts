import pg from 'pg';
import { type Bench, type BenchOptions, numberSetting, type Outcome } from '../src/bench.ts';
import { temporaryPostgres } from '../src/temporary-postgres.ts';
import { measureQueries } from './measure-queries.ts';
import { measureWrites } from './measure-writes.ts';
import { type Load, planPopulation, populate, TABLES } from './populate.ts';

const NICENESS = 10;
/** Loading: nothing has to survive, and statistics come from the explicit ANALYZE. */
const LOADING = {
  shared_buffers: '1GB',
  maintenance_work_mem: '1GB',
  work_mem: '256MB',
  max_wal_size: '8GB',
  wal_level: 'minimal',
  max_wal_senders: 0,
  fsync: 'off',
  autovacuum: 'off',
};
const MEASURING = { wal_level: 'logical', max_wal_senders: 10, work_mem: '8MB' };

/** Both candidate layouts of the index tables, loaded and measured side by side (decision 0010). */
export const indexLayoutBench: Bench = {
  name: 'index-layout',
  summary: 'candidate layouts of the search index: buffers, WAL and index bytes (decision 0010)',
  settings: { resources: '100000', content: '1100', bulk: '0', runs: '300', creates: '2000' },
  run: indexLayout,
};

async function indexLayout(options: BenchOptions): Promise<Outcome> {
  const setting = (name: string) => numberSetting(indexLayoutBench, options, name);
  const load: Load = {
    population: planPopulation(setting('resources')),
    contentBytes: setting('content'),
    bulk: setting('bulk') === 1,
    log: options.log,
  };
  let figures: Record<string, number> = {};
  let server = await temporaryPostgres(LOADING, NICENESS);
  try {
    await withClient(server.running.url('postgres'), async (db) => {
      const seconds = await populate(db, load);
      figures = { 'a.load.seconds': seconds.a, 'b.load.seconds': seconds.b, ...(await sizes(db)) };
    });
    server = await server.restart(MEASURING);
    await withClient(server.running.url('postgres'), async (db) => {
      Object.assign(figures, await measureQueries(db, load.population, setting('runs')));
      options.log('queries measured');
      Object.assign(figures, await writeFigures(db, load, setting('creates')));
    });
  } finally {
    await server.drop();
  }
  return { figures, postgres: server.running.version };
}

async function writeFigures(
  db: pg.Client,
  { population, contentBytes }: Load,
  creates: number,
): Promise<Record<string, number>> {
  const common = { creates, contentBytes };
  // The first creates split the pages that loading has packed; they are not what a create costs.
  const warmUp = { a: 'a', b: 'b' };
  await measureWrites(db, population, { ...common, labels: warmUp, series: 1 });
  const labels = { none: 'floor', a: 'a', b: 'b', c: 'c' };
  const all = await measureWrites(db, population, { ...common, labels, series: 2 });
  for (const table of TABLES) {
    if (table !== 'token') await db.query(`drop index b.${table}_patient`);
  }
  const tokens = { b: 'bTokenOnly' };
  const some = await measureWrites(db, population, { ...common, labels: tokens, series: 3 });
  return { ...all, ...some };
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
