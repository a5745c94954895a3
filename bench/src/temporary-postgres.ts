import { mkdtemp, rm } from 'node:fs/promises';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@holdfast/postgres';

export type Settings = Readonly<Record<string, string | number>>;

/** A PostgreSQL of its own, as npm installs it, in the system's temporary folder. */
export interface TemporaryPostgres {
  readonly running: EmbeddedPostgres;
  /** Stops it and deletes its data. */
  drop(): Promise<void>;
  /** The same data under other settings; `running` of the old handle has ended. */
  restart(settings: Settings): Promise<TemporaryPostgres>;
}

/**
 * @param settings beside the shipped ones
 * @param niceness 0 to 19, of the server and all its processes
 */
export async function temporaryPostgres(
  settings: Settings = {},
  niceness = 0,
): Promise<TemporaryPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  return started(folder, settings, niceness);
}

async function started(
  folder: string,
  settings: Settings,
  niceness: number,
): Promise<TemporaryPostgres> {
  const running = await startEmbeddedPostgres({ dataDirectory: folder, settings });
  if (niceness > 0) setPriority(running.pid, niceness); // back ends started from now on inherit it
  return {
    running,
    restart: async (more) => {
      await running.stop();
      return started(folder, { ...settings, ...more }, niceness);
    },
    drop: async () => {
      await running.stop();
      for (const each of [running.directory, folder])
        await rm(each, { recursive: true, force: true });
    },
  };
}
