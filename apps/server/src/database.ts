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
import type { Pool } from 'pg';
import { FIRST_TENANT, type ServerConfig } from './config.ts';
import { POOL_CONNECTIONS, RESTART_PAUSE_MAX_MS, STATEMENT_TIMEOUT_MS } from './limits.ts';

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
  readonly requests: Pool;
  /** Workers of this process (sequencer, consumers): same role and wall, own connections. */
  readonly workers: Pool;
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
  const pool = (applicationName: string, max: number): Pool =>
    createPool({
      url: ownerUrl,
      role: 'holdfast_app',
      tenant: FIRST_TENANT,
      applicationName,
      max,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    });
  const requests = pool('holdfast requests', POOL_CONNECTIONS);
  const workers = pool('holdfast workers', POOL_CONNECTIONS);
  return {
    ownerUrl,
    requests,
    workers,
    embedded,
    close: async () => {
      await Promise.all([requests.end(), workers.end()]);
      await running.close();
    },
  };
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
