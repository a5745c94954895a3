import type { Client } from 'pg';
import { median, quantile } from '../src/quantile.ts';
import { seeded } from '../src/seeded.ts';
import { DENSE_EVERY, type Population } from './populate.ts';
import { type Draw, type Form, type Search, searches } from './queries.ts';

const ROUNDS = 5;
const EXPLAINED = 25;

/**
 * Per search and form: ms seen by the client (with PostgreSQL's own choice of plan and, under
 * `generic`, with plans kept), shared buffers touched and missed, rows the scans read.
 */
export async function measureQueries(
  db: Client,
  population: Population,
  runs: number,
): Promise<Record<string, number>> {
  await db.query('set plan_cache_mode = force_generic_plan');
  const generic = await measureUnder(db, population, runs);
  await db.query('set plan_cache_mode = auto');
  const figures = await measureUnder(db, population, runs);
  for (const [name, value] of Object.entries(generic)) figures[`generic.${name}`] = value;
  return figures;
}

async function measureUnder(
  db: Client,
  population: Population,
  runs: number,
): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  for (const search of searches) {
    const times = new Map<Form, number[]>();
    const forms = Object.keys(search.sql) as Form[];
    for (const form of forms) await timed(db, { search, form, draw: drawer(population, 1) });
    for (let round = 0; round < ROUNDS; round++) {
      for (const form of forms) {
        const draw = drawer(population, 100 + round);
        const samples = times.get(form) ?? [];
        for (let i = 0; i < runs / ROUNDS; i++)
          samples.push(await timed(db, { search, form, draw }));
        times.set(form, samples);
      }
    }
    for (const form of forms) {
      const name = `${form}.${search.name}`;
      const samples = times.get(form) ?? [];
      figures[`${name}.p50Ms`] = quantile(samples, 0.5);
      figures[`${name}.p99Ms`] = quantile(samples, 0.99);
      Object.assign(figures, await explained(db, { search, form, draw: drawer(population, 7) }));
    }
  }
  return figures;
}

interface Run {
  readonly search: Search;
  readonly form: Form;
  readonly draw: Draw;
}

async function timed(db: Client, { search, form, draw }: Run): Promise<number> {
  const text = search.sql[form] ?? '';
  const started = performance.now();
  await db.query({ name: `${form}_${search.name}`, text, values: search.values(draw) });
  return performance.now() - started;
}

interface PlanNode {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly 'Node Type': string;
  readonly Plans?: readonly PlanNode[];
}

async function explained(db: Client, { search, form, draw }: Run): Promise<Record<string, number>> {
  const hits: number[] = [];
  const reads: number[] = [];
  const rows: number[] = [];
  const execution: number[] = [];
  const sql = search.sql[form] ?? '';
  const types = search.values(draw).map((value) => (typeof value === 'string' ? 'text' : 'bigint'));
  await db.query(`prepare shown (${types.join(', ')}) as ${sql}`);
  for (let i = 0; i < EXPLAINED; i++) {
    const given = search.values(draw).map((v) => (typeof v === 'string' ? `'${v}'` : String(v)));
    const { rows: answer } = await db.query<{
      'QUERY PLAN': { Plan: PlanNode; 'Execution Time': number }[];
    }>(`explain (analyze, buffers, timing off, format json) execute shown (${given.join(', ')})`);
    const plan = answer[0]?.['QUERY PLAN'][0];
    if (plan === undefined) throw new Error(`no plan for ${search.name}`);
    hits.push(plan.Plan['Shared Hit Blocks']);
    reads.push(plan.Plan['Shared Read Blocks']);
    rows.push(scanned(plan.Plan));
    execution.push(plan['Execution Time']);
  }
  await db.query('deallocate shown');
  const name = `${form}.${search.name}`;
  return {
    [`${name}.buffersHit`]: median(hits),
    [`${name}.buffersRead`]: median(reads),
    [`${name}.rowsScanned`]: median(rows),
    [`${name}.serverMs`]: median(execution),
  };
}

/** Rows that the scans of a plan produced or threw away. */
function scanned(node: PlanNode): number {
  const below = (node.Plans ?? []).reduce((sum, child) => sum + scanned(child), 0);
  if (!node['Node Type'].includes('Scan')) return below;
  const each = node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0);
  return below + each * node['Actual Loops'];
}

function drawer({ patients, intensive }: Population, seed: number): Draw {
  const random = seeded(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const COMMON = ['8480-6', '8462-4', '8867-4', '9279-1', '8310-5', '59408-5'];
  const usual = () => {
    const patient = intensive + 1 + below(patients - intensive);
    return patient % DENSE_EVERY === 0 ? patient - 1 : patient;
  };
  return {
    usual,
    dense: () => DENSE_EVERY * (1 + below(Math.floor(patients / DENSE_EVERY))),
    intensive: () => 1 + below(intensive),
    commonCode: () => COMMON[below(COMMON.length)] ?? '8480-6',
    rareCode: () => {
      const number = below(300);
      return `${10_000 + number}-${number % 10}`;
    },
    encounter: () => patients * (1 + below(2)) + usual(),
    below,
  };
}
