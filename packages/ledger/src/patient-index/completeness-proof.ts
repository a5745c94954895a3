import { err, ok, type Result } from '@holdfast/kernel';
import { type Sha256, type TreeHasher, treeHasher } from '../merkle/hash.ts';
import { fromBase64 } from '../note/base64.ts';
import type { NoteVerifier } from '../note/signature.ts';
import { type TlogProofFault, verifyTlogProof } from '../proof/tlog-proof.ts';
import { verifyCompleteness } from './completeness.ts';

/** An offline proof of completeness as JSON; bytes are base64. */
export interface CompletenessProof {
  readonly tag: string;
  /** Entries of the log that it covers. */
  readonly size: number;
  /** See `IndexPath`. */
  readonly siblings: readonly string[];
  readonly other: { readonly tag: string; readonly entries: number; readonly head: string } | null;
  /** The leaf that commits to the index's root, and its `.tlog-proof`. */
  readonly rootLeaf: string;
  readonly rootProof: string;
}

export type CompletenessFault = 'malformed-proof' | 'not-complete' | TlogProofFault;

/**
 * Checks that a log signed an index by which these are all its first `size` entries about the patient.
 * Runs in a browser as well.
 */
export async function verifyCompletenessProof(
  {
    proof,
    positions,
  }: { readonly proof: CompletenessProof; readonly positions: readonly number[] },
  { verifier, sha256 }: { readonly verifier: NoteVerifier; readonly sha256: Sha256 },
): Promise<Result<{ readonly size: number }, CompletenessFault>> {
  const leaf = new TextEncoder().encode(proof.rootLeaf);
  const hasher: TreeHasher = treeHasher(sha256);
  const logged = await verifyTlogProof({ leaf, proof: proof.rootProof }, { verifier, hasher });
  if (!logged.ok) return logged;
  const committed = committedRoot(proof);
  if (committed === null) return err('malformed-proof');
  const bytes = bytesOf([
    committed,
    proof.tag,
    proof.other?.tag ?? '',
    proof.other?.head ?? '',
    ...proof.siblings,
  ]);
  if (bytes === null) return err('malformed-proof');
  const [root = NO_BYTES, tag = NO_BYTES, otherTag = NO_BYTES, head = NO_BYTES, ...siblings] =
    bytes;
  const { other } = proof;
  const path = {
    siblings,
    ...(other !== null && { other: { tag: otherTag, chain: { entries: other.entries, head } } }),
  };
  const complete =
    positions.every((at) => at < proof.size) &&
    verifyCompleteness({ tag, positions, path, root }, sha256);
  return complete ? ok({ size: proof.size }) : err('not-complete');
}

/** The root in the leaf, as base64; null where that is no leaf of such an index. */
function committedRoot({ rootLeaf, size }: CompletenessProof): string | null {
  const { index } = JSON.parse(rootLeaf) as {
    readonly index?: { readonly root?: unknown; readonly size?: unknown };
  };
  if (typeof index?.root !== 'string' || index.size !== size) return null;
  // Leaves spell bytes in base64url: 32 bytes lack one pad.
  return `${index.root.replaceAll('-', '+').replaceAll('_', '/')}=`;
}

const NO_BYTES = new Uint8Array(0);

/** null where one of them is not base64. */
function bytesOf(texts: readonly string[]): Uint8Array[] | null {
  const all: Uint8Array[] = [];
  for (const text of texts) {
    const decoded = fromBase64(text);
    if (!decoded.ok) return null;
    all.push(decoded.value);
  }
  return all;
}
