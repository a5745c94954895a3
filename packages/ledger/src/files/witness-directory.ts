import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCheckpoint } from '../note/checkpoint.ts';
import { parseNote } from '../note/signed-note.ts';
import type { WitnessedHead, WitnessStore } from '../witness/witness.ts';

/**
 * One file a log, named by the SHA-256 of its origin as tlog-witness has it in addresses. Changes of
 * one process go one after the other; two processes must not share a directory.
 */
export class WitnessDirectory implements WitnessStore {
  readonly #directory: string;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** @returns null where the log was never cosigned, or there is no such log */
  async note(originHash: string): Promise<string | null> {
    if (!/^[0-9a-f]{64}$/.test(originHash)) return null;
    return readFile(join(this.#directory, originHash), 'utf8').catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      },
    );
  }

  async read(origin: string): Promise<WitnessedHead | null> {
    const note = await this.note(originHash(origin));
    if (note === null) return null;
    const parsed = parseNote(note);
    const checkpoint = parsed.ok ? parseCheckpoint(parsed.value.text) : parsed;
    // What it has seen is all a witness has: damaged, it must not begin anew.
    if (!checkpoint.ok) throw new Error(`the witnessed checkpoint of ${origin} is damaged`);
    return { size: checkpoint.value.size, root: checkpoint.value.root, note };
  }

  replace(
    origin: string,
    change: { readonly expected: WitnessedHead | null; readonly head: WitnessedHead },
  ): Promise<boolean> {
    const replaced = this.#turn.then(async () => {
      const current = await this.read(origin);
      if (current?.note !== change.expected?.note) return false;
      await this.#write(originHash(origin), change.head.note);
      return true;
    });
    this.#turn = replaced.catch(() => undefined);
    return replaced;
  }

  async #write(name: string, note: string): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const path = join(this.#directory, name);
    const file = await open(`${path}.new`, 'w', 0o600);
    try {
      await file.writeFile(note);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.new`, path);
    const directory = await open(this.#directory, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }
}

/** Hex SHA-256 of a log's origin: its name in a witness's addresses. */
export function originHash(origin: string): string {
  return createHash('sha256').update(origin).digest('hex');
}
