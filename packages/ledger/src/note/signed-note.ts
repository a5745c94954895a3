import { err, invariant, ok, type Result } from '@holdfast/kernel';
import { MAX_NOTE_BYTES, MAX_NOTE_SIGNATURES } from '../limits.ts';
import { fromBase64, toBase64 } from './base64.ts';
import type { NoteSigner, NoteVerifier } from './signature.ts';
import { idBytes, isKeyName } from './verifier-key.ts';

/** One signature line: `— <name> <base64(key id || signature)>`. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: number;
  readonly signature: Uint8Array;
}

/** A note as read; nothing in it is to be believed before `openNote`. */
export interface SignedNote {
  /** What is signed, with its final newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export type NoteFault =
  | 'malformed-note'
  | 'too-large'
  /** A signature by a known key does not verify: the whole note is refused. */
  | 'bad-signature'
  | 'no-known-signature';

const DASH = '\u2014 ';
// biome-ignore lint/suspicious/noControlCharactersInRegex: the format forbids exactly these
const FORBIDDEN = /[\u0000-\u0009\u000b-\u001f]|\p{Surrogate}/u;
const SIGNATURE_LINE = /^\u2014 (\S+) (\S+)$/u;

/** Reads a C2SP signed note: text, empty line, signature lines. */
export function parseNote(note: string): Result<SignedNote, NoteFault> {
  if (note.length > MAX_NOTE_BYTES) return err('too-large');
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n') || FORBIDDEN.test(note)) return err('malformed-note');
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > MAX_NOTE_SIGNATURES) return err('too-large');
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const signature = parseSignatureLine(line);
    if (signature === null) return err('malformed-note');
    signatures.push(signature);
  }
  return ok({ text: note.slice(0, split + 1), signatures });
}

function parseSignatureLine(line: string): NoteSignature | null {
  const [, name = '', encoded = ''] = SIGNATURE_LINE.exec(line) ?? [];
  if (!isKeyName(name)) return null;
  const bytes = fromBase64(encoded);
  if (!bytes.ok || bytes.value.length < 5) return null;
  return { name, keyId: idBytes(bytes.value), signature: bytes.value.subarray(4) };
}

/**
 * The text of a note that at least one of the keys signed; unknown signatures are ignored.
 * @returns the text and the names of the keys whose signatures hold
 */
export async function openNote(
  note: string,
  verifiers: readonly NoteVerifier[],
): Promise<Result<{ readonly text: string; readonly signedBy: readonly string[] }, NoteFault>> {
  const parsed = parseNote(note);
  if (!parsed.ok) return parsed;
  const message = new TextEncoder().encode(parsed.value.text);
  const signedBy: string[] = [];
  for (const { name, keyId, signature } of parsed.value.signatures) {
    const verifier = verifiers.find((known) => known.name === name && known.keyId === keyId);
    if (verifier === undefined) continue;
    if (!(await verifier.verify(message, signature))) return err('bad-signature');
    signedBy.push(name);
  }
  if (signedBy.length === 0) return err('no-known-signature');
  return ok({ text: parsed.value.text, signedBy });
}

/** The signature lines of a note, as they stand after its empty line. */
export function signatureLines(text: string, signers: readonly NoteSigner[]): string {
  return signNote(text, signers).slice(text.length + 1);
}

/** The note with further signature lines, e.g. those of witnesses. */
export function withSignatures(note: string, lines: string): string {
  invariant(note.endsWith('\n') && (lines === '' || lines.endsWith('\n')), 'LED-2 lines are whole');
  return `${note}${lines}`;
}

/** @param text ends in a newline */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  invariant(text.endsWith('\n') && !FORBIDDEN.test(text), 'LED-2 a note is lines of plain text');
  const message = new TextEncoder().encode(text);
  const lines = signers.map(({ name, keyId, sign }) => {
    const signature = sign(message);
    const bytes = new Uint8Array(4 + signature.length);
    new DataView(bytes.buffer).setUint32(0, keyId);
    bytes.set(signature, 4);
    return `${DASH}${name} ${toBase64(bytes)}\n`;
  });
  return `${text}\n${lines.join('')}`;
}
