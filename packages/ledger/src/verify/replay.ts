import { sameHash } from '../merkle/hash.ts';
import type { Checkpoint } from '../note/checkpoint.ts';
import { nodeTreeHasher } from '../sha256/node.ts';
import { type FullTile, TileFrontier } from '../tiles/tile-frontier.ts';
import type { Findings } from './finding.ts';
import type { LoggedBatch } from './match-batch.ts';

/** A checkpoint whose signature holds. */
export interface Head {
  readonly checkpoint: Checkpoint;
  /** Given by the caller, from outside the database. */
  readonly trusted: boolean;
}

/** The tree rebuilt from the log's own hashes, compared with each checkpoint at its size. Pure. */
export class Replay {
  readonly #findings: Findings;
  readonly #frontier = new TileFrontier(nodeTreeHasher);
  #holding: Checkpoint | null = null;
  #mismatch = false;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  get size(): number {
    return this.#frontier.size;
  }

  /** The newest checkpoint that holds so far. */
  get holding(): Checkpoint | null {
    return this.#holding;
  }

  /**
   * @param heads those of sizes within the batch, its end included, ascending
   * @returns the tiles the batch completes
   */
  append(batch: LoggedBatch, heads: readonly Head[]): FullTile[] {
    if (batch.position !== this.size) {
      const detail = `expected entry ${this.size}, found ${batch.position}`;
      this.#findings.add({ kind: 'batch-missing', position: this.size, auditId: null, detail });
    }
    let next = 0;
    return batch.leafHashes.flatMap((hash) => {
      const tiles = this.#frontier.append(hash);
      for (; heads[next]?.checkpoint.size === this.size; next++) {
        const head = heads[next];
        if (head !== undefined) this.#compare(head);
      }
      return tiles;
    });
  }

  #compare({ checkpoint, trusted }: Head): void {
    if (sameHash(checkpoint.root, this.#frontier.root())) {
      this.#holding = checkpoint;
      return;
    }
    // Once one differs all later ones do: the first, and each from outside, say it all.
    if (this.#mismatch && !trusted) return;
    this.#mismatch = true;
    const from = this.#holding?.size ?? 0;
    const whose = trusted ? 'the checkpoint given' : 'the stored checkpoint';
    const detail = `${whose}; entries ${from} to ${this.size - 1} are not all as signed`;
    this.#findings.add({ kind: 'root-mismatch', position: this.size, auditId: null, detail });
  }

  /** @param claimed the largest size that a checkpoint covers */
  finish(claimed: number): void {
    if (claimed > this.size) {
      const detail = `a checkpoint covers ${claimed} entries`;
      this.#findings.add({ kind: 'log-truncated', position: this.size, auditId: null, detail });
    }
    if (claimed === 0 && this.size > 0) {
      this.#findings.add({ kind: 'no-checkpoint', position: this.size, auditId: null });
    }
  }
}
