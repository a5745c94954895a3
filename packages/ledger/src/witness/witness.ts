import { verifyConsistency } from '../merkle/consistency.ts';
import type { Hash, TreeHasher } from '../merkle/hash.ts';
import { sameHash } from '../merkle/hash.ts';
import { type Checkpoint, openCheckpoint, parseCheckpoint } from '../note/checkpoint.ts';
import type { NoteSigner, NoteVerifier } from '../note/signature.ts';
import { parseNote, signatureLines, withSignatures } from '../note/signed-note.ts';
import { type AddCheckpoint, parseAddCheckpoint } from './add-checkpoint.ts';

/** The newest checkpoint of a log that a witness has cosigned. */
export interface WitnessedHead {
  readonly size: number;
  readonly root: Hash;
  /** With the witness's cosignature. */
  readonly note: string;
}

/** Where a witness keeps what it has seen. */
export interface WitnessStore {
  read(origin: string): Promise<WitnessedHead | null>;
  /**
   * Durable when it resolves.
   * @returns false, and nothing is changed, where the newest head is no longer `expected` (null = none)
   */
  replace(
    origin: string,
    change: { readonly expected: WitnessedHead | null; readonly head: WitnessedHead },
  ): Promise<boolean>;
}

export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly contentType: string;
  readonly body: string;
}

export interface WitnessParts {
  /** The logs it watches, by origin. */
  readonly logs: ReadonlyMap<string, NoteVerifier>;
  /** See `ed25519Cosigner`. */
  readonly cosigner: NoteSigner;
  readonly store: WitnessStore;
  readonly hasher: TreeHasher;
}

const TEXT = 'text/plain; charset=utf-8';
const refusal = (status: 400 | 403 | 404 | 422, body: string): WitnessAnswer => ({
  status,
  contentType: TEXT,
  body: `${body}\n`,
});

/**
 * Cosigns checkpoints that continue what it has cosigned before, and no others (C2SP tlog-witness):
 * a log that shows two histories finds no cosignature for the second.
 */
export class Witness {
  readonly #parts: WitnessParts;

  constructor(parts: WitnessParts) {
    this.#parts = parts;
  }

  /** @param body of `POST <prefix>/add-checkpoint` */
  async addCheckpoint(body: string): Promise<WitnessAnswer> {
    const { logs, store } = this.#parts;
    const request = parseAddCheckpoint(body);
    if (!request.ok) return refusal(400, 'This is not a request of C2SP tlog-witness.');
    const claimed = claimedCheckpoint(request.value.note);
    if (claimed === null) return refusal(400, 'This is not a signed checkpoint.');
    const verifier = logs.get(claimed.origin);
    if (verifier === undefined) return refusal(404, 'This log is not watched here.');
    const opened = await openCheckpoint(request.value.note, verifier);
    if (!opened.ok) return refusal(403, 'No signature of the log holds.');
    const checkpoint = opened.value;
    if (request.value.old > checkpoint.size) {
      return refusal(400, 'The old size is beyond the checkpoint.');
    }
    const seen = await store.read(checkpoint.origin);
    if (request.value.old !== (seen?.size ?? 0)) return conflict(seen);
    if (!this.#continues(seen, checkpoint, request.value)) {
      return refusal(422, 'The checkpoint does not continue what was cosigned before.');
    }
    return this.#cosign(seen, checkpoint, request.value.note);
  }

  #continues(
    seen: WitnessedHead | null,
    { size, root }: Checkpoint,
    { proof }: AddCheckpoint,
  ): boolean {
    if (seen === null || seen.size === 0) return proof.length === 0;
    if (seen.size === size) return proof.length === 0 && sameHash(seen.root, root);
    const growth = { older: seen.size, newer: size };
    return verifyConsistency(
      { ...growth, olderRoot: seen.root, newerRoot: root, proof },
      this.#parts.hasher,
    );
  }

  async #cosign(
    expected: WitnessedHead | null,
    { origin, size, root }: Checkpoint,
    note: string,
  ): Promise<WitnessAnswer> {
    const { cosigner, store } = this.#parts;
    const lines = signatureLines(textOf(note), [cosigner]);
    const head = { size, root, note: withSignatures(note, lines) };
    if (!(await store.replace(origin, { expected, head }))) {
      return conflict(await store.read(origin));
    }
    return { status: 200, contentType: TEXT, body: lines };
  }
}

/** Nothing in it is to be believed yet. */
function claimedCheckpoint(note: string): Checkpoint | null {
  const parsed = parseNote(note);
  const checkpoint = parsed.ok ? parseCheckpoint(parsed.value.text) : parsed;
  return checkpoint.ok ? checkpoint.value : null;
}

function textOf(note: string): string {
  const parsed = parseNote(note);
  return parsed.ok ? parsed.value.text : '';
}

const conflict = (seen: WitnessedHead | null): WitnessAnswer => ({
  status: 409,
  contentType: 'text/x.tlog.size',
  body: `${seen?.size ?? 0}\n`,
});
