import { existsSync, readdirSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { deleteEmbeddedData } from '@holdfast/postgres';
import type { Command } from 'commander';
import type { DataOption } from '../database-address.ts';
import { CommandFailure, EXIT } from '../exit.ts';
import { dataOption } from '../options.ts';

interface Options extends DataOption {
  readonly yes: boolean;
}

/** What a server makes in its data directory; anything else there is somebody else's. */
const OURS = /^(?:postgres|keys|checkpoint-\d+(?:\.new)?|signals\.spool(?:\.1)?)$/;

export function registerData(program: Command): void {
  program
    .command('data')
    .description('The directory of keys and the embedded database')
    .command('delete')
    .description('Delete records, keys and checkpoints of the embedded database, to begin anew')
    .addOption(dataOption())
    .option('--yes', 'really: nothing brings them back', false)
    .action(deleteData);
}

async function deleteData({ data, yes }: Options): Promise<void> {
  const directory = resolve(data);
  const names = existsSync(directory) ? readdirSync(directory).filter((n) => OURS.test(n)) : [];
  if (names.length === 0) {
    throw new CommandFailure(
      `No Holdfast data in ${directory}.`,
      'Name the directory of the server with --data or HOLDFAST_DATA.',
    );
  }
  if (!yes) {
    throw new CommandFailure(
      `This deletes all records, keys and checkpoints in ${directory}.`,
      'Nothing was deleted. Say it again with --yes.',
      EXIT.usage,
    );
  }
  // First, because it refuses while a server runs.
  const deleted = await deleteEmbeddedData(join(directory, 'postgres'));
  for (const name of names) {
    await rm(join(directory, name), { recursive: true, force: true });
  }
  // Stays where it holds something that is not ours.
  await rmdir(directory).catch(() => undefined);
  for (const each of new Set([...deleted, directory])) console.log(`Deleted ${each}`);
}
