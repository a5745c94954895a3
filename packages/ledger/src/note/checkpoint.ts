import { err, ok, type Result } from '@holdfast/kernel';
import { HASH_BYTES, type Hash } from '../merkle/hash.ts';
import { isPosition } from '../merkle/inclusion.ts';
import { fromBase64, toBase64 } from './base64.ts';
import type { NoteVerifier } from './signature.ts';
import { type NoteFault, openNote } from './signed-note.ts';

/** A tree head (C2SP tlog-checkpoint). */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
  readonly extensions?: readonly string[];
}

export type CheckpointFault = NoteFault | 'malformed-checkpoint' | 'other-origin';

const DECIMAL = /^(?:0|[1-9][0-9]*)$/;

/** The note text of a checkpoint, to be signed with `signNote`. */
export function formatCheckpoint({ origin, size, root, extensions = [] }: Checkpoint): string {
  return `${[origin, size, toBase64(root), ...extensions].join('\n')}\n`;
}

/** Reads a checkpoint's note text. */
export function parseCheckpoint(text: string): Result<Checkpoint, 'malformed-checkpoint'> {
  if (!text.endsWith('\n')) return err('malformed-checkpoint');
  const lines = text.slice(0, -1).split('\n');
  const [origin = '', decimal = '', encoded = '', ...extensions] = lines;
  const root = fromBase64(encoded);
  const wellFormed = lines.every((line) => line !== '') && DECIMAL.test(decimal);
  if (!wellFormed || !root.ok || root.value.length !== HASH_BYTES)
    return err('malformed-checkpoint');
  const size = Number(decimal);
  if (!isPosition(size)) return err('malformed-checkpoint');
  return ok({ origin, size, root: root.value, ...(extensions.length > 0 && { extensions }) });
}

/** The checkpoint of a note whose signature by `verifier` holds and whose origin is that key's name. */
export async function openCheckpoint(
  note: string,
  verifier: NoteVerifier,
): Promise<Result<Checkpoint, CheckpointFault>> {
  const opened = await openNote(note, [verifier]);
  if (!opened.ok) return opened;
  const checkpoint = parseCheckpoint(opened.value.text);
  if (checkpoint.ok && checkpoint.value.origin !== verifier.name) return err('other-origin');
  return checkpoint;
}
