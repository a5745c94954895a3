/**
 * What verification can find.
 * - `entry-missing`: logged, but its record is gone.
 * - `entry-inserted`: a record stands before the log's end that was never logged.
 * - `entry-moved`: the record is there, in another order than it was logged in.
 * - `leaf-altered`, `body-altered`, `column-altered`: not what was committed to.
 * - `leaf-forged`: logged as it stands, but made without the log's tag key.
 * - `body-missing`: removed, and no record of an erasure accounts for it.
 * - `content-altered`, `content-missing`, `content-unlogged`: what was written (a resource's
 *   version) is not what stands there now; is gone; or stands there without a record.
 * - `leaf-malformed`: logged as it stands, but not by this software.
 * - `batch-missing`: entries of the log are gone, or batches overlap.
 * - `batch-altered`: a batch does not end at the record it says it ends at.
 * - `tile-altered`, `tile-inserted`: a stored tile differs from the log, or belongs to none of it.
 * - `root-mismatch`: the log's entries are not those the checkpoint was signed over.
 * - `index-altered`: the index of patients is not what the entries' tags come down to.
 * - `checkpoint-altered`: filed under another size than it was signed for.
 * - `checkpoint-missing`: the numbers of the signed checkpoints have a hole, or one given is not stored.
 * - `bad-checkpoint`: a stored or given checkpoint is not signed by this log.
 * - `no-checkpoint`: entries, but nothing vouches for them.
 * - `log-truncated`: a given checkpoint covers more entries than there are.
 * - `counter-repeated`: two records of a producer bear one number: one of them was copied.
 * - `counter-gap`: a producer counted records that are neither logged nor declared void, and
 *   no crash explains it (see `CounterCoverage`).
 */
export type FindingKind =
  | 'entry-missing'
  | 'entry-inserted'
  | 'entry-moved'
  | 'leaf-altered'
  | 'leaf-forged'
  | 'body-altered'
  | 'body-missing'
  | 'content-altered'
  | 'content-missing'
  | 'content-unlogged'
  | 'column-altered'
  | 'leaf-malformed'
  | 'batch-missing'
  | 'batch-altered'
  | 'tile-altered'
  | 'tile-inserted'
  | 'root-mismatch'
  | 'index-altered'
  | 'checkpoint-altered'
  | 'checkpoint-missing'
  | 'bad-checkpoint'
  | 'no-checkpoint'
  | 'log-truncated'
  | 'counter-repeated'
  | 'counter-gap';

export interface Finding {
  readonly kind: FindingKind;
  /** Of the entry, or the tree size at which it shows; null where neither applies. */
  readonly position: number | null;
  readonly auditId: string | null;
  /** What exactly, for people; never personal data. */
  readonly detail?: string;
}

/** Keeps the first findings and counts the rest: a damaged log must not exhaust the verifier. */
export class Findings {
  readonly #limit: number;
  readonly #kept: Finding[] = [];
  #further = 0;
  #sound = true;
  #complete = true;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(finding: Finding): void {
    if (finding.kind === 'counter-gap') this.#complete = false;
    else this.#sound = false;
    if (this.#kept.length < this.#limit) this.#kept.push(finding);
    else this.#further += 1;
  }

  get kept(): readonly Finding[] {
    return this.#kept;
  }

  get further(): number {
    return this.#further;
  }

  /** Nothing was altered: every finding, if any, is a hole in the counters. */
  get sound(): boolean {
    return this.#sound;
  }

  /** Nothing was left out. */
  get complete(): boolean {
    return this.#complete;
  }
}
