import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { claim } from './owner.ts';
import { clearOrphan } from './postmaster.ts';

/**
 * Deletes what `startEmbeddedPostgres` keeps for a data directory: the directory, and the one that
 * holds the data in its stead where the account of the server could not reach it.
 *
 * @returns the directories that were deleted; none where there was no data
 * @throws Fault `EMBEDDED_IN_USE` while the server's owner runs
 */
export async function deleteEmbeddedData(dataDirectory: string): Promise<string[]> {
  const wanted = resolve(dataDirectory);
  const location = await readFile(join(wanted, 'location'), 'utf8').catch(() => wanted);
  const directories = [...new Set([location.trim(), wanted])].filter((each) => existsSync(each));
  const [holding] = directories;
  if (holding === undefined) return [];
  const release = await claim(holding);
  try {
    await clearOrphan(join(holding, 'cluster'));
    for (const each of directories) {
      await rm(each, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
    }
  } finally {
    release();
  }
  return directories;
}
