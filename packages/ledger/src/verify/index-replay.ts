import type { IndexRoot } from '../entry/audit-event.ts';
import type { Leaf } from '../entry/leaf.ts';
import { type Hash, sameHash } from '../merkle/hash.ts';
import { type AccessChain, EMPTY_CHAIN, extendChain } from '../patient-index/access-chain.ts';
import { compareTags, PrefixTrie } from '../patient-index/prefix-trie.ts';
import { sha256 } from '../sha256/node.ts';
import type { Finding } from './finding.ts';

/**
 * The newest index made again from the leaves' tags, and held against what is stored of it and
 * against the leaf that commits to it. Memory is one chain a patient.
 */
export class IndexReplay {
  readonly #index: IndexRoot | null;
  readonly #report: (finding: Finding) => void;
  readonly #chains = new Map<string, AccessChain>();
  #root: Hash | null = null;
  #committed = false;

  /** @param index the newest one stored; null = there is none */
  constructor(index: IndexRoot | null, report: (finding: Finding) => void) {
    this.#index = index;
    this.#report = report;
  }

  /** In the order of the log, without gap. */
  add(leaf: Leaf, position: number): void {
    const size = this.#index?.size ?? 0;
    if (leaf.patient !== null && position < size) {
      const chain = this.#chains.get(leaf.patient) ?? EMPTY_CHAIN;
      this.#chains.set(leaf.patient, extendChain(chain, position, sha256));
    }
    if (leaf.index?.size !== size || size === 0) return;
    this.#committed = true;
    const root = Buffer.from(leaf.index.root, 'base64url');
    if (!sameHash(root, this.#made())) {
      this.#report({ kind: 'index-altered', position, auditId: leaf.id });
    }
  }

  /** @param sound nothing else was found: only then do the leaves seen make up the index */
  finish(sound: boolean): void {
    if (this.#index === null || !sound) return;
    const { size, root } = this.#index;
    const wrong = { kind: 'index-altered', position: size, auditId: null } as const;
    if (!sameHash(root, this.#made())) this.#report({ ...wrong, detail: 'the stored root' });
    if (!this.#committed) this.#report({ ...wrong, detail: 'no leaf commits to it yet' });
  }

  /** Chains by tag (base64url), to be held against those stored. */
  get chains(): ReadonlyMap<string, AccessChain> {
    return this.#chains;
  }

  #made(): Hash {
    this.#root ??= new PrefixTrie(sha256).subtree(
      [...this.#chains]
        .map(([tag, chain]) => ({ tag: Buffer.from(tag, 'base64url'), chain }))
        .sort(compareTags),
    );
    return this.#root;
  }
}
