import { type Bench, type BenchOptions, numberSetting, type Outcome } from './bench.ts';
import { bodyWeight } from './server/body-weight.ts';
import { countRoundTrips } from './server/count-round-trips.ts';
import { expectStatus, type FhirClient } from './server/fhir-client.ts';
import { openFloor } from './server/floor.ts';
import { CONCURRENCY, measureLoad } from './server/measure-load.ts';
import { createPatients, gatherStatistics, openStage, type Stage, serve } from './server/stage.ts';

const OBSERVATIONS = 2_000;

/** What reading an Observation by id costs, decided and audited, beside a bare select. */
export const readBench: Bench = {
  name: 'read',
  summary: `reading an Observation by id, audited: round trips and CPU, at ${CONCURRENCY} callers`,
  settings: { rounds: '5', seconds: '5' },
  run: async (options) => {
    const stage = await openStage();
    try {
      options.log('counting round trips');
      const counted = await countRoundTrips(stage, async (preparing, patients) => {
        const ids = await createObservations(preparing, patients, 100);
        return (client, nth) => read(client, ids, nth);
      });
      const figures = {
        'read.roundTrips': counted.roundTrips,
        'read.auditRoundTrips': counted.auditRoundTrips,
        'read.statements': counted.statements,
        ...(await underLoad(stage, options)),
      };
      return { figures, postgres: stage.postgres.version };
    } finally {
      await stage.close();
    }
  },
};

async function createObservations(
  client: FhirClient,
  patients: readonly string[],
  count: number,
): Promise<string[]> {
  const ids: string[] = [];
  for (let nth = 0; nth < count; nth++) {
    const body = bodyWeight(patients[nth % patients.length] ?? '', nth);
    ids.push(expectStatus(await client.send('POST', 'Observation', body), 201).id);
  }
  return ids;
}

async function read(client: FhirClient, ids: readonly string[], nth: number): Promise<void> {
  const id = ids[(nth * 7919) % ids.length] ?? '';
  expectStatus(await client.send('GET', `Observation/${id}`), 200);
}

async function underLoad(stage: Stage, options: BenchOptions): Promise<Outcome['figures']> {
  const server = await serve(stage, { databaseUrl: stage.databaseUrl, connections: CONCURRENCY });
  const floor = await openFloor(stage.postgres);
  try {
    const patients = await createPatients(server.client);
    const ids = await createObservations(server.client, patients, OBSERVATIONS);
    let nth = 0;
    const subject = {
      name: 'read',
      cpu: server.cpu,
      ask: () => read(server.client, ids, nth++),
    };
    const plan = {
      admin: stage.admin,
      rounds: numberSetting(readBench, options, 'rounds'),
      seconds: numberSetting(readBench, options, 'seconds'),
      log: options.log,
    };
    await gatherStatistics(stage.admin);
    return await measureLoad(plan, [subject, floor.read]);
  } finally {
    await floor.close();
    await server.close();
  }
}
