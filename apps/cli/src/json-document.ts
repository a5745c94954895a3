import { readFile } from 'node:fs/promises';
import { CommandFailure, EXIT } from './exit.ts';

/** @throws CommandFailure naming the file where it is no JSON, or not there */
export async function documentIn(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'It is not JSON.' : 'It cannot be read.';
    throw new CommandFailure(`${file}: ${why}`, 'Name a file with one JSON document.', EXIT.usage);
  }
}
