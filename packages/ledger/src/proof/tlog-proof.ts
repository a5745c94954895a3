import { err, ok, type Result } from '@holdfast/kernel';
import { MAX_PROOF_HASHES } from '../limits.ts';
import { HASH_BYTES, type Hash, type TreeHasher } from '../merkle/hash.ts';
import { isPosition, verifyInclusion } from '../merkle/inclusion.ts';
import { fromBase64, toBase64 } from '../note/base64.ts';
import { type Checkpoint, type CheckpointFault, openCheckpoint } from '../note/checkpoint.ts';
import type { NoteVerifier } from '../note/signature.ts';

/** An offline proof that a leaf is in a log (C2SP tlog-proof; file ending `.tlog-proof`). */
export interface TlogProof {
  readonly index: number;
  readonly hashes: readonly Hash[];
  /** The signed checkpoint, verbatim. */
  readonly checkpoint: string;
  /** Opaque and not authenticated. */
  readonly extra?: Uint8Array;
}

export type TlogProofFault = 'malformed-proof' | 'not-included' | CheckpointFault;

const HEADER = 'c2sp.org/tlog-proof@v1';
const INDEX = /^index (0|[1-9][0-9]*)$/;

export function formatTlogProof({ index, hashes, checkpoint, extra }: TlogProof): string {
  const lines = [HEADER];
  if (extra !== undefined) lines.push(`extra ${toBase64(extra)}`);
  lines.push(`index ${index}`, ...hashes.map(toBase64));
  return `${lines.join('\n')}\n\n${checkpoint}`;
}

export function parseTlogProof(text: string): Result<TlogProof, 'malformed-proof'> {
  const split = text.indexOf('\n\n');
  const [header, ...lines] = text.slice(0, Math.max(split, 0)).split('\n');
  if (header !== HEADER) return err('malformed-proof');

  let extra: Uint8Array | undefined;
  if (lines[0]?.startsWith('extra ')) {
    const decoded = fromBase64(lines.shift()?.slice('extra '.length) ?? '');
    if (!decoded.ok) return err('malformed-proof');
    extra = decoded.value;
  }
  const [, decimal] = INDEX.exec(lines.shift() ?? '') ?? [];
  const index = Number(decimal);
  if (!isPosition(index) || lines.length > MAX_PROOF_HASHES) return err('malformed-proof');

  const hashes: Hash[] = [];
  for (const line of lines) {
    const hash = fromBase64(line);
    if (!hash.ok || hash.value.length !== HASH_BYTES) return err('malformed-proof');
    hashes.push(hash.value);
  }
  const checkpoint = text.slice(split + 2);
  return ok({ index, hashes, checkpoint, ...(extra !== undefined && { extra }) });
}

export interface ProofClaim {
  /** The leaf as logged, byte for byte. */
  readonly leaf: Uint8Array;
  /** Text of a `.tlog-proof` file. */
  readonly proof: string;
}

/**
 * Checks that a log signed a tree which holds this leaf.
 * @returns the position, and the checkpoint to compare with one from elsewhere
 */
export async function verifyTlogProof(
  claim: ProofClaim,
  { verifier, hasher }: { readonly verifier: NoteVerifier; readonly hasher: TreeHasher },
): Promise<Result<{ readonly index: number; readonly checkpoint: Checkpoint }, TlogProofFault>> {
  const proof = parseTlogProof(claim.proof);
  if (!proof.ok) return proof;
  const checkpoint = await openCheckpoint(proof.value.checkpoint, verifier);
  if (!checkpoint.ok) return checkpoint;
  const { size, root } = checkpoint.value;
  const { index, hashes } = proof.value;
  const leafHash = hasher.leaf(claim.leaf);
  if (!verifyInclusion({ index, size, leafHash, root, proof: hashes }, hasher)) {
    return err('not-included');
  }
  return ok({ index, checkpoint: checkpoint.value });
}
