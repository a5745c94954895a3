import { type Bench, type BenchOptions, numberSetting, type Outcome } from './bench.ts';
import { bodyWeight } from './server/body-weight.ts';
import { countRoundTrips } from './server/count-round-trips.ts';
import { expectStatus, type FhirClient } from './server/fhir-client.ts';
import { openFloor } from './server/floor.ts';
import { CONCURRENCY, measureLoad } from './server/measure-load.ts';
import {
  createPatients,
  gatherStatistics,
  openStage,
  type Stage,
  serve,
  withoutFullPageImages,
} from './server/stage.ts';

/** What creating an Observation over HTTP costs, all of it included, beside a bare insert. */
export const writeBench: Bench = {
  name: 'write',
  summary: `creating an Observation: round trips, WAL and CPU, at ${CONCURRENCY} callers`,
  settings: { rounds: '5', seconds: '5' },
  run: async (options) => {
    const stage = await openStage();
    try {
      options.log('counting round trips');
      const { auditRoundTrips: _, ...counted } = await countRoundTrips(
        stage,
        async (_client, patients) => {
          return (client, nth) => create(client, patients, nth);
        },
      );
      const figures = {
        'create.roundTrips': counted.roundTrips,
        'create.statements': counted.statements,
        ...(await underLoad(stage, options)),
      };
      return { figures, postgres: stage.postgres.version };
    } finally {
      await stage.close();
    }
  },
};

async function create(client: FhirClient, patients: readonly string[], nth: number): Promise<void> {
  const patient = patients[(nth * 7919) % patients.length] ?? '';
  expectStatus(await client.send('POST', 'Observation', bodyWeight(patient, nth)), 201);
}

/** WAL is stated without full-page images: those depend on the time since the last checkpoint. */
async function underLoad(stage: Stage, options: BenchOptions): Promise<Outcome['figures']> {
  const server = await serve(stage, { databaseUrl: stage.databaseUrl, connections: CONCURRENCY });
  const floor = await openFloor(stage.postgres);
  try {
    const patients = await createPatients(server.client);
    let nth = 0;
    const subject = {
      name: 'create',
      cpu: server.cpu,
      ask: () => create(server.client, patients, nth++),
    };
    const plan = {
      admin: stage.admin,
      rounds: numberSetting(writeBench, options, 'rounds'),
      seconds: numberSetting(writeBench, options, 'seconds'),
      log: options.log,
    };
    await gatherStatistics(stage.admin);
    await withoutFullPageImages(stage.admin);
    return { 'create.fullPageWrites': 0, ...(await measureLoad(plan, [subject, floor.create])) };
  } finally {
    await floor.close();
    await server.close();
  }
}
