import { err, ok, type Result } from '@holdfast/kernel';
import { WITNESS_TIMEOUT_MS } from '../limits.ts';
import { proveConsistency } from '../merkle/consistency.ts';
import type { ReadNodes } from '../merkle/subtree.ts';
import { parseCheckpoint } from '../note/checkpoint.ts';
import type { NoteVerifier } from '../note/signature.ts';
import { openNote, parseNote } from '../note/signed-note.ts';
import { nodeTreeHasher } from '../sha256/node.ts';
import { formatAddCheckpoint } from '../witness/add-checkpoint.ts';

/**
 * - `refused`: the witness has seen another history of this log, or a longer one: alarm.
 * - `unknown`: it does not watch this log, or its cosignature does not hold: configuration.
 * - `unreachable`: ask again with the next checkpoint.
 */
export type WitnessFault = 'refused' | 'unknown' | 'unreachable';

export interface WitnessAddress {
  /** Submission prefix without a slash at its end. */
  readonly url: string;
  /** Its key, type 4 (cosignature/v1). */
  readonly verifier: NoteVerifier;
}

/** Has the checkpoints of one log cosigned by one witness. */
export class WitnessClient {
  readonly #address: WitnessAddress;
  readonly #fetch: typeof fetch;
  /** What the witness is believed to have seen last. */
  #seen = 0;

  constructor(address: WitnessAddress, fetchFrom: typeof fetch = fetch) {
    this.#address = address;
    this.#fetch = fetchFrom;
  }

  /**
   * @param nodes of the log, at least as large as the checkpoint
   * @returns the signature lines to add to the note
   */
  async cosign(note: string, nodes: ReadNodes): Promise<Result<string, WitnessFault>> {
    const parsed = parseNote(note);
    const checkpoint = parsed.ok ? parseCheckpoint(parsed.value.text) : parsed;
    if (!parsed.ok || !checkpoint.ok) return err('unknown');
    const { text } = parsed.value;
    const { size } = checkpoint.value;
    // A second attempt where the witness names another size than it was believed to have seen.
    for (let attempt = 0; attempt < 2; attempt++) {
      const answer = await this.#ask({ old: this.#seen, note, size }, nodes);
      if (answer === null) return err('unreachable');
      if (answer.status === 409) {
        const seen = Number(answer.body.trim());
        if (!Number.isSafeInteger(seen) || seen > size) return err('refused');
        this.#seen = seen;
        continue;
      }
      if (answer.status === 422) return err('refused');
      if (answer.status !== 200) return err(answer.status >= 500 ? 'unreachable' : 'unknown');
      const opened = await openNote(`${text}\n${answer.body}`, [this.#address.verifier]);
      if (!opened.ok) return err('unknown');
      this.#seen = size;
      return ok(answer.body);
    }
    return err('unreachable');
  }

  async #ask(
    { old, note, size }: { readonly old: number; readonly note: string; readonly size: number },
    nodes: ReadNodes,
  ): Promise<{ readonly status: number; readonly body: string } | null> {
    const growth = { older: old, newer: size };
    const proof =
      old === 0 || old >= size ? [] : await proveConsistency(growth, nodes, nodeTreeHasher);
    try {
      const response = await this.#fetch(`${this.#address.url}/add-checkpoint`, {
        method: 'POST',
        body: formatAddCheckpoint({ old, proof, note }),
        signal: AbortSignal.timeout(WITNESS_TIMEOUT_MS),
      });
      return { status: response.status, body: await response.text() };
    } catch {
      return null;
    }
  }
}
