import { type Bench, type BenchOptions, numberSetting } from './bench.ts';
import { COUNTS_BUFFERS, countBuffers, countNoBuffers } from './fhir/buffers.ts';
import { loadPopulation } from './fhir/load.ts';
import { type Operation, operationsOver } from './fhir/operations.ts';
import { type ByOperation, figuresBySize } from './fhir/slopes.ts';
import { listenedServer, SAMPLE } from './server/count-round-trips.ts';
import { CONCURRENCY, measureLoad } from './server/measure-load.ts';
import {
  gatherStatistics,
  openStage,
  type Stage,
  serve,
  withoutFullPageImages,
} from './server/stage.ts';

/** Every main interaction over HTTP at a chosen population, and how each grows with it. */
export const fhirBench: Bench = {
  name: 'fhir',
  summary: `each FHIR interaction at ${CONCURRENCY} callers over a population, and its slope over several`,
  settings: { patients: '1000', sizes: '', rounds: '3', seconds: '2', operations: '' },
  run: async (options) => {
    const sizes = sizesOf(options);
    const stage = await openStage(COUNTS_BUFFERS);
    try {
      await countNoBuffers(stage.admin);
      await firstStart(stage);
      const measured: { patients: number; operations: ByOperation }[] = [];
      let patients = 0;
      let resourcesPerSecond = 0;
      for (const size of sizes) {
        resourcesPerSecond = await grow(stage, { from: patients, to: size, options });
        patients = size;
        measured.push({ patients, operations: await measure(stage, patients, options) });
      }
      const figures = { 'load.resourcesPerSecond': resourcesPerSecond, ...figuresBySize(measured) };
      return { figures, postgres: stage.postgres.version };
    } finally {
      await stage.close();
    }
  },
};

/** @throws RangeError where a size is no whole number of patients, or they do not go up */
function sizesOf(options: BenchOptions): readonly number[] {
  const given = options.settings.get('sizes') ?? '';
  const sizes =
    given === '' ? [numberSetting(fhirBench, options, 'patients')] : given.split(',').map(Number);
  const rising = sizes.every((size, at) => Number.isInteger(size) && size > (sizes[at - 1] ?? 0));
  if (!rising) throw new RangeError('--sizes must be whole numbers that go up, as in 1000,10000');
  return sizes;
}

/** Brings the schema up and loads the practice that the patients belong to. */
async function firstStart(stage: Stage): Promise<void> {
  const server = await serve(stage, { databaseUrl: stage.databaseUrl, connections: 1 });
  await server.close();
}

async function grow(
  { databaseUrl, admin }: Stage,
  { from, to, options }: { from: number; to: number; options: BenchOptions },
): Promise<number> {
  const rate = await loadPopulation({ databaseUrl, from, to, log: options.log });
  // What consumers would have handled long ago must not be their work during the measurement.
  await admin.query('truncate holdfast.event');
  await admin.query('vacuum analyze');
  return rate;
}

async function measure(
  stage: Stage,
  patients: number,
  options: BenchOptions,
): Promise<ByOperation> {
  const operations = chosen(operationsOver(patients), options);
  const counts = await countAll(stage, operations, options);
  const loads = await loadAll(stage, operations, options);
  return new Map([...operations.keys()].map((name) => [name, { ...loads(name), ...counts(name) }]));
}

/** Those named by `--operations`, all unless told otherwise. */
function chosen(all: ReadonlyMap<string, Operation>, options: BenchOptions) {
  const names = (options.settings.get('operations') ?? '').split(',').filter((name) => name !== '');
  const unknown = names.find((name) => !all.has(name));
  if (unknown !== undefined) throw new RangeError(`--operations: there is no ${unknown}`);
  return new Map([...all].filter(([name]) => names.length === 0 || names.includes(name)));
}

type FiguresOf = (operation: string) => Readonly<Record<string, number>>;

/** Round trips and statements from the wire, buffers from PostgreSQL, one request at a time. */
async function countAll(
  stage: Stage,
  operations: ReadonlyMap<string, Operation>,
  options: BenchOptions,
): Promise<FiguresOf> {
  const server = await listenedServer(stage);
  const buffers = await countBuffers(stage.admin);
  const counts = new Map<string, Readonly<Record<string, number>>>();
  try {
    for (const [name, operation] of operations) {
      options.log(`counting ${name}`);
      let before = 0;
      const { roundTrips, statements } = await server.count(operation, async () => {
        before = await buffers.touched();
      });
      const touched = ((await buffers.touched()) - before) / SAMPLE;
      counts.set(name, { roundTrips, statements, buffers: touched });
    }
  } finally {
    await buffers.close();
    await server.close();
  }
  return (name) => counts.get(name) ?? {};
}

/** Requests a second, latency, CPU and WAL under load. */
async function loadAll(
  stage: Stage,
  operations: ReadonlyMap<string, Operation>,
  options: BenchOptions,
): Promise<FiguresOf> {
  await withoutFullPageImages(stage.admin);
  const server = await serve(stage, { databaseUrl: stage.databaseUrl, connections: CONCURRENCY });
  try {
    await gatherStatistics(stage.admin);
    const figures = await measureLoad(
      {
        admin: stage.admin,
        rounds: numberSetting(fhirBench, options, 'rounds'),
        seconds: numberSetting(fhirBench, options, 'seconds'),
        log: options.log,
      },
      [...operations].map(([name, operation]) => {
        let nth = 0;
        return { name, cpu: server.cpu, ask: () => operation(server.client, nth++) };
      }),
    );
    return (operation) =>
      Object.fromEntries(
        Object.entries(figures).flatMap(([name, value]) =>
          name.startsWith(`${operation}.`) ? [[name.slice(operation.length + 1), value]] : [],
        ),
      );
  } finally {
    await server.close();
  }
}
