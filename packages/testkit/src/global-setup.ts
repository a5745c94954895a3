import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@holdfast/postgres';
import type { TestProject } from 'vitest/node';
import { TEST_SERVER } from './provided-context.ts';

/** Crash safety is not what most tests test; those that do start a server of their own. */
const TEST_SETTINGS = {
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: 200,
  max_replication_slots: 60,
  max_wal_senders: 60,
  shared_buffers: '128MB',
  max_wal_size: '512MB',
  cluster_name: 'holdfast-test',
};

/**
 * One PostgreSQL for the whole run, started by the first test that asks for it. Workers ask over
 * HTTP, so this process alone starts and stops it and no two workers can race.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let started: Promise<RunServer> | undefined;
  const desk = createServer((_request, response) => {
    started ??= startRunServer();
    started.then(
      ({ postgres }) => response.end(postgres.url('postgres')),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  project.provide(TEST_SERVER, await listen(desk));
  return async () => {
    desk.closeAllConnections();
    desk.close();
    const run = await started?.catch(() => undefined);
    if (run === undefined) return;
    await run.postgres.stop();
    await rm(run.directory, { recursive: true, force: true });
    await rm(run.postgres.directory, { recursive: true, force: true });
  };
}

interface RunServer {
  readonly postgres: EmbeddedPostgres;
  readonly directory: string;
}

async function startRunServer(): Promise<RunServer> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  const postgres = await startEmbeddedPostgres({
    dataDirectory: directory,
    settings: TEST_SETTINGS,
  });
  return { postgres, directory };
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}
