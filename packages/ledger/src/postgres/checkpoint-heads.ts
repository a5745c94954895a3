import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { openCheckpoint } from '../note/checkpoint.ts';
import type { NoteVerifier } from '../note/signature.ts';
import type { Findings } from '../verify/finding.ts';
import type { Head } from '../verify/replay.ts';
import { readLatestCheckpoint } from './stored-log.ts';

/** The checkpoints of a log, stored and given, read as far as the replay has come. */
export class CheckpointHeads {
  readonly #source: Queryable;
  readonly #tenant: TenantId;
  readonly #verifier: NoteVerifier;
  readonly #findings: Findings;
  #given: Head[] = [];
  #claimed = 0;
  #count = 0;

  private constructor(parts: {
    readonly source: Queryable;
    readonly tenant: TenantId;
    readonly verifier: NoteVerifier;
    readonly findings: Findings;
  }) {
    this.#source = parts.source;
    this.#tenant = parts.tenant;
    this.#verifier = parts.verifier;
    this.#findings = parts.findings;
  }

  static async open(
    parts: {
      readonly source: Queryable;
      readonly tenant: TenantId;
      readonly verifier: NoteVerifier;
      readonly findings: Findings;
    },
    trusted: readonly string[],
  ): Promise<CheckpointHeads> {
    const heads = new CheckpointHeads(parts);
    const given = await Promise.all(trusted.map((note) => heads.#check(note, true)));
    heads.#given = given.filter((head) => head !== null);
    // Read before the log, which is then at least as long: a growing log is not a truncated one.
    const latest = await readLatestCheckpoint(parts.source, parts.tenant);
    const sizes = heads.#given.map((head) => head.checkpoint.size);
    heads.#claimed = Math.max(0, latest?.size ?? 0, ...sizes);
    return heads;
  }

  /** The largest size that a checkpoint covers. */
  get claimed(): number {
    return this.#claimed;
  }

  /** Checkpoints seen whose signature holds. */
  get count(): number {
    return this.#count;
  }

  /** Those of sizes in (after, upTo], ascending. */
  async within(after: number, upTo: number): Promise<Head[]> {
    const { rows } = await this.#source.query<{ note: string }>(
      `select note from log_checkpoint where tenant = $1 and size > $2 and size <= $3`,
      [this.#tenant, after, upTo],
    );
    const stored = await Promise.all(rows.map(({ note }) => this.#check(note, false)));
    const given = this.#given.filter(
      ({ checkpoint }) => checkpoint.size > after && checkpoint.size <= upTo,
    );
    return [...given, ...stored.filter((head) => head !== null)].sort(
      (a, b) => a.checkpoint.size - b.checkpoint.size,
    );
  }

  async #check(note: string, trusted: boolean): Promise<Head | null> {
    const checkpoint = await openCheckpoint(note, this.#verifier);
    if (checkpoint.ok) {
      this.#count += 1;
      return { checkpoint: checkpoint.value, trusted };
    }
    const detail = `${trusted ? 'given' : 'stored'} checkpoint: ${checkpoint.error}`;
    this.#findings.add({ kind: 'bad-checkpoint', position: null, auditId: null, detail });
    return null;
  }
}
