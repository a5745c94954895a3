import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmbeddedPostgres } from '@holdfast/postgres';
import pg from 'pg';
import { type CpuReading, cpuOfTrees } from '../process-cpu.ts';
import { type Settings, temporaryPostgres } from '../temporary-postgres.ts';
import { expectStatus, FhirClient } from './fhir-client.ts';
import { type HoldfastProcess, startHoldfast } from './holdfast-process.ts';

/** A practitioner of the demo population who may read and write every patient made here. */
const PERSONA = 'clinician';
export const PATIENTS = 200;

/** A server and its PostgreSQL, both started for this bench and gone afterwards. */
export interface Stage {
  readonly postgres: EmbeddedPostgres;
  readonly databaseUrl: string;
  /** The server's own files. */
  readonly dataDirectory: string;
  /** As the superuser: settings, positions in the WAL. */
  readonly admin: pg.Client;
  close(): Promise<void>;
}

/** PostgreSQL as shipped but for the given settings, in a temporary folder. */
export async function openStage(settings: Settings = {}): Promise<Stage> {
  const server = await temporaryPostgres(settings);
  const databaseUrl = await server.running.ensureDatabase('holdfast');
  const admin = new pg.Client({ connectionString: databaseUrl });
  await admin.connect();
  const dataDirectory = await mkdtemp(join(tmpdir(), 'holdfast-bench-server-'));
  return {
    postgres: server.running,
    databaseUrl,
    dataDirectory,
    admin,
    close: async () => {
      await admin.end();
      await rm(dataDirectory, { recursive: true, force: true });
      await server.drop();
    },
  };
}

export interface RunningServer {
  readonly client: FhirClient;
  readonly cpu: () => CpuReading;
  close(): Promise<void>;
}

/** The server over that database, or over a proxy of it, with a client signed in. */
export async function serve(
  stage: Stage,
  options: {
    readonly databaseUrl: string;
    readonly connections: number;
    /** Settings of the server beside the usual ones. */
    readonly environment?: Readonly<Record<string, string>>;
  },
): Promise<RunningServer> {
  const server: HoldfastProcess = await startHoldfast(
    options.databaseUrl,
    stage.dataDirectory,
    options.environment,
  );
  const client = new FhirClient(server.origin, await server.token(PERSONA), options.connections);
  return {
    client,
    cpu: () => ({
      server: cpuOfTrees([server.pid]),
      database: cpuOfTrees([stage.postgres.pid]),
    }),
    close: async () => {
      client.close();
      await server.stop();
    },
  };
}

/** Makes the patients the load is about, and returns their ids. */
export async function createPatients(client: FhirClient): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < PATIENTS; n++) {
    const patient = {
      resourceType: 'Patient',
      active: true,
      name: [{ family: `Bench${n % 40}`, given: [`Number${n}`] }],
      gender: n % 2 === 0 ? 'female' : 'male',
      birthDate: `19${10 + (n % 90)}-0${1 + (n % 9)}-1${n % 10}`,
      generalPractitioner: [{ reference: 'Practitioner/p-rivera' }],
      managingOrganization: { reference: 'Organization/harbour-clinic' },
    };
    const answer = await client.send('POST', 'Patient', JSON.stringify(patient));
    ids.push(expectStatus(answer, 201).id);
  }
  return ids;
}

/** Bytes of WAL written so far. */
export async function walPosition(admin: pg.Client): Promise<number> {
  const { rows } = await admin.query<{ bytes: string }>(
    `select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as bytes`,
  );
  return Number(rows[0]?.bytes);
}

/**
 * How many full-page images a write causes depends on the time since the last checkpoint and the
 * size of the database, so that bytes a write are compared without them.
 */
export async function withoutFullPageImages(admin: pg.Client): Promise<void> {
  await admin.query('alter system set full_page_writes = off');
  await admin.query('select pg_reload_conf()');
  await admin.query('checkpoint'); // takes the setting up
}

/**
 * What autovacuum does within a minute or so, done now: otherwise plans, and with them the figures,
 * change in the middle of a round.
 */
export async function gatherStatistics(admin: pg.Client): Promise<void> {
  await admin.query('analyze');
}
