import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createPool, startEmbeddedPostgres } from '@holdfast/postgres';
import { InvalidArgumentError } from 'commander';
import { CommandFailure } from './exit.ts';

/** What the driver takes: an address, a socket's too, or the directory of one. */
const OF_POSTGRES = /^(?:postgres(?:ql)?:\/\/|socket:|\/)/i;

/** @throws InvalidArgumentError that repeats no more than the scheme: there may be a password in it */
export function databaseUrlIn(env: NodeJS.ProcessEnv): string | undefined {
  const url = env['DATABASE_URL'] || undefined;
  if (url === undefined || OF_POSTGRES.test(url)) return url;
  const scheme = /^[a-z][a-z\d+.-]*:(?=\/\/)/i.exec(url)?.[0];
  throw new InvalidArgumentError(
    `DATABASE_URL ${scheme === undefined ? 'is no address' : `begins with ${scheme}`}. It takes a PostgreSQL: postgres://user:password@host:5432/database.`,
  );
}

/**
 * The database of a running server, or the embedded one started for this command.
 * @throws CommandFailure where the directory holds none: a mistyped one must not create another
 */
export async function databaseAddress(
  data: string,
): Promise<{ url: string; done: () => Promise<void> }> {
  const given = databaseUrlIn(process.env);
  if (given !== undefined) return { url: given, done: async () => undefined };
  if (!existsSync(join(data, 'postgres'))) {
    throw new CommandFailure(
      `No Holdfast data in ${data}.`,
      'Name the directory of the server with --data or HOLDFAST_DATA, or its database with DATABASE_URL.',
    );
  }
  const running = await runningAddress(data);
  if (running !== undefined) return { url: running, done: async () => undefined };
  const embedded = await startEmbeddedPostgres({ dataDirectory: join(data, 'postgres') });
  return { url: embedded.url('holdfast'), done: () => embedded.stop() };
}

/** `serve` leaves the address of its embedded database beside the keys, readable by its owner only. */
async function runningAddress(data: string): Promise<string | undefined> {
  const file = join(data, 'keys', 'database-url');
  const url = await readFile(file, 'utf8').catch(() => undefined);
  if (url === undefined) return undefined;
  const pool = createPool({ url, max: 1, applicationName: 'holdfast probe' });
  try {
    await pool.query('select 1');
    return url;
  } catch {
    return undefined;
  } finally {
    await pool.end();
  }
}

export interface DataOption {
  readonly data: string;
}

export type OwnerPool = ReturnType<typeof createPool>;

/** Runs work as the owner of the database of a running server, or of one started for it. */
export async function asOwner<Done>(
  { data }: DataOption,
  work: (pool: OwnerPool, url: string) => Promise<Done>,
): Promise<Done> {
  const { url, done } = await databaseAddress(resolve(data));
  const pool = createPool({ url, applicationName: 'holdfast cli', max: 2 });
  try {
    return await work(pool, url);
  } finally {
    await pool.end();
    await done();
  }
}
