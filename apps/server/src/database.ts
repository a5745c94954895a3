import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { asyncMigrations } from '@holdfast/async-requests';
import { complianceMigrations } from '@holdfast/compliance';
import { consentMigrations } from '@holdfast/consent';
import { eventsMigrations, prepareMonths } from '@holdfast/events';
import { identityMigrations } from '@holdfast/identity';
import { inferenceMigrations } from '@holdfast/inference';
import { ledgerMigrations } from '@holdfast/ledger';
import {
  createPool,
  type EmbeddedPostgres,
  migrate,
  startEmbeddedPostgres,
} from '@holdfast/postgres';
import { signinMigrations } from '@holdfast/signin';
import { storeMigrations } from '@holdfast/store';
import { subscriptionsMigrations } from '@holdfast/subscriptions';
import { visibilityMigrations } from '@holdfast/visibility';
import type pg from 'pg';
import { FIRST_TENANT, type ServerConfig } from './config.ts';
import {
  BULK_CONNECTIONS,
  BULK_DEADLINE_MS,
  POOL_CONNECTIONS,
  REQUEST_DEADLINE_MS,
  RESTART_PAUSE_MAX_MS,
} from './limits.ts';

const DATABASE = 'holdfast';

/** In the order of the layers: a set may use the tables of those before it. */
const MIGRATIONS = [
  ledgerMigrations,
  eventsMigrations,
  storeMigrations,
  consentMigrations,
  inferenceMigrations,
  visibilityMigrations,
  subscriptionsMigrations,
  asyncMigrations,
  complianceMigrations,
  identityMigrations,
  signinMigrations,
];

export interface Database {
  /** Owner's address: replication, leases, migrations. Holds a password: never log it. */
  readonly ownerUrl: string;
  /** Requests: the application role behind the tenant wall. */
  readonly requests: pg.Pool;
  /** Bulk work: same role and wall, own connections, a longer time limit. */
  readonly bulk: pg.Pool;
  /** Workers of this process (sequencer, consumers): same role and wall, own connections. */
  readonly workers: pg.Pool;
  /** `statement_timeout` of their connections. */
  readonly statementMs: { readonly requests: number; readonly bulk: number };
  readonly embedded: EmbeddedPostgres | undefined;
  close(): Promise<void>;
}

export interface RunningDatabase extends Pick<Database, 'ownerUrl' | 'embedded'> {
  close(): Promise<void>;
}

/** Reaches the PostgreSQL of one's own, or starts the embedded one and keeps it running. */
export async function startDatabase(
  config: Pick<ServerConfig, 'databaseUrl' | 'dataDirectory' | 'embeddedSettings' | 'onProgress'>,
): Promise<RunningDatabase> {
  const embedded =
    config.databaseUrl === undefined
      ? await startEmbeddedPostgres({
          dataDirectory: join(config.dataDirectory, 'postgres'),
          onProgress: config.onProgress,
          ...(config.embeddedSettings && { settings: config.embeddedSettings }),
        })
      : undefined;
  const ownerUrl = config.databaseUrl ?? (await embedded?.ensureDatabase(DATABASE)) ?? '';
  const supervision = { closing: false };
  if (embedded !== undefined) void keepRunning(embedded, supervision, config.onProgress);
  return {
    ownerUrl,
    embedded,
    close: async () => {
      supervision.closing = true;
      await embedded?.stop();
    },
  };
}

/** Starts or reaches PostgreSQL, brings the schema up to date and opens the pools. */
export async function openDatabase(config: ServerConfig): Promise<Database> {
  const running = await startDatabase(config);
  const { ownerUrl, embedded } = running;
  try {
    await bringSchemaUpToDate(ownerUrl);
  } catch (error) {
    await running.close();
    throw error;
  }
  const statementMs = statementLimits(config);
  const pool = (of: 'requests' | 'workers' | 'bulk', max: number): pg.Pool =>
    createPool({
      url: ownerUrl,
      role: 'holdfast_app',
      tenant: FIRST_TENANT,
      applicationName: `holdfast ${of}`,
      max,
      statementTimeoutMs: of === 'workers' ? REQUEST_DEADLINE_MS : statementMs[of],
    });
  const requests = pool('requests', POOL_CONNECTIONS);
  const bulk = pool('bulk', BULK_CONNECTIONS);
  const workers = pool('workers', POOL_CONNECTIONS);
  return {
    ownerUrl,
    requests,
    bulk,
    workers,
    statementMs,
    embedded,
    close: async () => {
      await Promise.all([requests.end(), bulk.end(), workers.end()]);
      await running.close();
    },
  };
}

/** No statement may take longer than the request that it is for. */
function statementLimits({ requestMs }: Pick<ServerConfig, 'requestMs'>): Database['statementMs'] {
  const requests = requestMs ?? REQUEST_DEADLINE_MS;
  return { requests, bulk: (requests * BULK_DEADLINE_MS) / REQUEST_DEADLINE_MS };
}

/** Starts the embedded server again whenever it ends by itself: nobody else would. */
async function keepRunning(
  embedded: EmbeddedPostgres,
  supervision: { readonly closing: boolean },
  onProgress: (line: string) => void,
): Promise<void> {
  for (let failures = 0; ; ) {
    await embedded.ended;
    if (supervision.closing) return;
    await pause(Math.min(250 * 2 ** failures, RESTART_PAUSE_MAX_MS));
    if (supervision.closing) return;
    onProgress('The database ended by itself: starting it again');
    try {
      await embedded.restart();
      failures = 0;
    } catch (error) {
      failures += 1;
      onProgress(`The database did not start: ${(error as Error).message}`);
    }
  }
}

export async function bringSchemaUpToDate(url: string): Promise<void> {
  const owner = createPool({ url, applicationName: 'holdfast migrations', max: 1 });
  try {
    await migrate(owner, MIGRATIONS);
    await prepareMonths(owner);
  } finally {
    await owner.end();
  }
}
