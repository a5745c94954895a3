import { err, ok, type Result } from '@holdfast/kernel';
import { MAX_PROOF_HASHES } from '../limits.ts';
import { HASH_BYTES, type Hash } from '../merkle/hash.ts';
import { isPosition } from '../merkle/inclusion.ts';
import { fromBase64, toBase64 } from '../note/base64.ts';

/** What a log sends a witness (C2SP tlog-witness, `add-checkpoint`). */
export interface AddCheckpoint {
  /** The size that the log believes the witness has seen last; 0 = none. */
  readonly old: number;
  /** Consistency proof from there to the checkpoint. */
  readonly proof: readonly Hash[];
  /** The signed checkpoint, verbatim. */
  readonly note: string;
}

const OLD = /^old (0|[1-9][0-9]*)$/;

export function formatAddCheckpoint({ old, proof, note }: AddCheckpoint): string {
  return `${[`old ${old}`, ...proof.map(toBase64)].join('\n')}\n\n${note}`;
}

export function parseAddCheckpoint(body: string): Result<AddCheckpoint, 'malformed-request'> {
  const split = body.indexOf('\n\n');
  const [first = '', ...lines] = body.slice(0, Math.max(split, 0)).split('\n');
  const old = Number(OLD.exec(first)?.[1]);
  if (!isPosition(old) || lines.length > MAX_PROOF_HASHES) return err('malformed-request');
  const proof: Hash[] = [];
  for (const line of lines) {
    const hash = fromBase64(line);
    if (!hash.ok || hash.value.length !== HASH_BYTES) return err('malformed-request');
    proof.push(hash.value);
  }
  return ok({ old, proof, note: body.slice(split + 2) });
}
