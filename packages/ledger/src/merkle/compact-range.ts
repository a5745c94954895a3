import { invariant } from '@holdfast/kernel';
import type { Hash, TreeHasher } from './hash.ts';
import { foldRight, perfectNodes } from './subtree.ts';

/** A growing tree as the hashes of its perfect subtrees: append and root in O(log n). */
export class CompactRange {
  readonly #hasher: TreeHasher;
  readonly #peaks: Hash[];
  #size: number;

  /** @param peaks hashes of `perfectNodes({ from: 0, to: size })`, left to right */
  constructor(hasher: TreeHasher, size = 0, peaks: readonly Hash[] = []) {
    invariant(
      peaks.length === perfectNodes({ from: 0, to: size }).length,
      'LED-1 one peak for each set bit of the size',
    );
    this.#hasher = hasher;
    this.#size = size;
    this.#peaks = [...peaks];
  }

  get size(): number {
    return this.#size;
  }

  append(leafHash: Hash): void {
    let hash = leafHash;
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      const left = this.#peaks.pop();
      invariant(left !== undefined, 'LED-1 one peak for each set bit of the size');
      hash = this.#hasher.node(left, hash);
    }
    this.#peaks.push(hash);
    this.#size += 1;
  }

  root(): Hash {
    return foldRight(this.#hasher, this.#peaks);
  }
}
