import { HASH_BYTES, type Hash, type Sha256, sameHash } from '../merkle/hash.ts';
import { chainOver } from './access-chain.ts';
import {
  bitAt,
  FIXED_DEPTH,
  type IndexedPatient,
  NOTHING,
  PrefixTrie,
  splitAt,
} from './prefix-trie.ts';

/** Where a patient stands, or would stand, in the trie. */
export interface IndexPath {
  /** Hashes beside the path, from the deepest to the root: as many as the path is deep. */
  readonly siblings: readonly Hash[];
  /** Who stands there instead of a patient that the log says nothing about; absent = nobody. */
  readonly other?: IndexedPatient;
}

/**
 * The path of a tag below a depth.
 * @param patients all of the subtree at that depth, ascending by tag
 */
export function pathWithin(
  patients: readonly IndexedPatient[],
  {
    tag,
    depth,
    trie,
  }: { readonly tag: Uint8Array; readonly depth: number; readonly trie: PrefixTrie },
): IndexPath {
  const [only] = patients;
  if (only === undefined) return { siblings: [] };
  if (patients.length === 1 && depth >= FIXED_DEPTH) {
    return sameTag(only.tag, tag) ? { siblings: [] } : { siblings: [], other: only };
  }
  const split = splitAt(patients, depth);
  const halves = [patients.slice(0, split), patients.slice(split)] as const;
  const bit = bitAt(tag, depth);
  const below = pathWithin(halves[bit], { tag, depth: depth + 1, trie });
  const sibling = trie.subtree(halves[bit === 0 ? 1 : 0], depth + 1);
  return { ...below, siblings: [...below.siblings, sibling] };
}

export interface CompletenessClaim {
  readonly tag: Uint8Array;
  /** Positions of every entry about the patient, ascending; none = the log says nothing of them. */
  readonly positions: readonly number[];
  readonly path: IndexPath;
  /** Root of the index, as a leaf of the log commits to it. */
  readonly root: Hash;
}

/**
 * Whether these are all the entries about the patient that the index commits to: no more, no fewer,
 * in this order. Refuses anything that is not exactly a proof: never throws.
 */
export function verifyCompleteness(claim: CompletenessClaim, sha256: Sha256): boolean {
  const { tag, positions, path, root } = claim;
  const { siblings, other } = path;
  if (siblings.length > tag.length * 8 || siblings.some((hash) => hash.length !== HASH_BYTES)) {
    return false;
  }
  if (positions.some((at, i) => at <= (positions[i - 1] ?? -1))) return false;
  const start = startOf(claim, sha256);
  if (start === null) return false;
  // A leaf above the fixed depth stands for nobody the trie's rules would put there.
  if (!sameHash(start, NOTHING) && siblings.length < FIXED_DEPTH) return false;
  if (other !== undefined && !sharesPrefix(other.tag, tag, siblings.length)) return false;
  const trie = new PrefixTrie(sha256);
  let hash = start;
  siblings.forEach((sibling, i) => {
    const depth = siblings.length - 1 - i;
    hash = bitAt(tag, depth) === 0 ? trie.node(hash, sibling) : trie.node(sibling, hash);
  });
  return sameHash(hash, root);
}

/** What stands at the end of the path; null where the claim contradicts itself. */
function startOf({ tag, positions, path }: CompletenessClaim, sha256: Sha256): Hash | null {
  const trie = new PrefixTrie(sha256);
  if (positions.length > 0) {
    if (path.other !== undefined) return null;
    return trie.leaf({ tag, chain: chainOver(positions, sha256) });
  }
  if (path.other === undefined) return NOTHING;
  return sameTag(path.other.tag, tag) ? null : trie.leaf(path.other);
}

function sameTag(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function sharesPrefix(a: Uint8Array, b: Uint8Array, bits: number): boolean {
  for (let depth = 0; depth < bits; depth++) if (bitAt(a, depth) !== bitAt(b, depth)) return false;
  return a.length === b.length;
}
