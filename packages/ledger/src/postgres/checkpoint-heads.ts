import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { openCheckpoint } from '../note/checkpoint.ts';
import type { NoteVerifier } from '../note/signature.ts';
import { stampOf } from '../note/stamp.ts';
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
  /** Number that the next stored checkpoint has to bear. */
  #nextNumber = 0;

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
    const { rows } = await this.#source.query<{ size: string; note: string }>(
      `select size, note from log_checkpoint where tenant = $1 and size > $2 and size <= $3
        order by size`,
      [this.#tenant, after, upTo],
    );
    const checked = await Promise.all(rows.map(({ note }) => this.#check(note, false)));
    const stored = checked.filter((head) => head !== null);
    checked.forEach((head, index) => {
      if (head !== null) this.#checkPlace(head, Number(rows[index]?.size));
    });
    const given = this.#given.filter(
      ({ checkpoint }) => checkpoint.size > after && checkpoint.size <= upTo,
    );
    for (const head of given) {
      const kept = stored.some(({ checkpoint }) => checkpoint.size === head.checkpoint.size);
      if (!kept) this.#missing(head, 'the checkpoint given is not stored');
    }
    return [...given, ...stored].sort((a, b) => a.checkpoint.size - b.checkpoint.size);
  }

  #checkPlace(head: Head, size: number): void {
    const position = head.checkpoint.size;
    if (position !== size) {
      const detail = `filed under size ${size}`;
      this.#findings.add({ kind: 'checkpoint-altered', position, auditId: null, detail });
    }
    const number = stampOf(head.checkpoint)?.number ?? null;
    if (number !== this.#nextNumber) {
      this.#missing(head, `number ${this.#nextNumber} is followed by ${number ?? 'none'}`);
    }
    this.#nextNumber = (number ?? this.#nextNumber) + 1;
  }

  #missing({ checkpoint }: Head, detail: string): void {
    const position = checkpoint.size;
    this.#findings.add({ kind: 'checkpoint-missing', position, auditId: null, detail });
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
