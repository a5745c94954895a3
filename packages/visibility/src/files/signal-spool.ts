import { type FileHandle, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { lineOf, recordOf, type SignalLine, type SignalRecord } from '../signal-line.ts';

/** Only the service's own account may read it: it holds ids of patients. */
const MODE = 0o600;

export type SpoolOutcome = 'kept' | 'full';

/**
 * Signals on local disk while the database is away, so that a crash does not lose them: JSON lines,
 * fsynced, readable by the owner only. Two files at most, the full one and the current one.
 */
export class SignalSpool {
  readonly #path: string;
  readonly #fileBytes: number;
  #file: FileHandle | null = null;
  #bytes = 0;
  /** Records that found no room. */
  dropped = 0;

  /** @param path of the current file; the full one has the suffix `.1` */
  constructor(path: string, fileBytes: number) {
    this.#path = path;
    this.#fileBytes = fileBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Durable once it resolves to `kept`; `full` where not all records found room. */
  async append(records: readonly SignalRecord[]): Promise<SpoolOutcome> {
    const text = records.map((record) => `${JSON.stringify(lineOf(record))}\n`).join('');
    const size = Buffer.byteLength(text);
    const file = await this.#current();
    if (this.#bytes > 0 && this.#bytes + size > this.#fileBytes) {
      if (await exists(`${this.#path}.1`)) {
        this.dropped += records.length;
        return 'full';
      }
      await file.close();
      this.#file = null;
      await rename(this.#path, `${this.#path}.1`);
    }
    const target = await this.#current();
    await target.appendFile(text);
    await target.sync();
    this.#bytes += size;
    return 'kept';
  }

  /** What an earlier process left, oldest first; a line cut short by a crash is passed over. */
  async read(): Promise<SignalRecord[]> {
    const records: SignalRecord[] = [];
    for (const path of [`${this.#path}.1`, this.#path]) {
      const text = await readFile(path, 'utf8').catch(emptyWhereAbsent);
      for (const line of text.split('\n')) {
        const record = parseLine(line);
        if (record !== null) records.push(record);
      }
    }
    return records;
  }

  /** Everything in it is in the database. */
  async clear(): Promise<void> {
    await this.close();
    await rm(this.#path, { force: true });
    await rm(`${this.#path}.1`, { force: true });
    this.#bytes = 0;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
  }

  async #current(): Promise<FileHandle> {
    if (this.#file !== null) return this.#file;
    const file = await open(this.#path, 'a', MODE);
    // An earlier file may have come with a wider mode.
    await file.chmod(MODE);
    this.#bytes = (await file.stat()).size;
    this.#file = file;
    return file;
  }
}

function parseLine(line: string): SignalRecord | null {
  if (line === '') return null;
  try {
    return recordOf(JSON.parse(line) as SignalLine); // written by `append` alone
  } catch {
    return null;
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function emptyWhereAbsent(error: Error & { code?: string }): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}
