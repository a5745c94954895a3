import { parseCheckpoint, parseNote } from '@holdfast/ledger';
import { INDEX_BEHIND_MOST } from './limits.ts';

export interface PatientIndexUpkeepParts {
  /** Brings the index up to the newest checkpoint. */
  readonly commit: () => Promise<unknown>;
  readonly trouble: (error: unknown) => void;
}

/**
 * Keeps the index of patients close behind the log, so that whoever asks for a proof waits for the few
 * newest records, not for all since somebody asked last. Its own record is one more entry of the log,
 * which is why it waits for many.
 */
export class PatientIndexUpkeep {
  readonly #parts: PatientIndexUpkeepParts;
  /** Entries that the index covers at least, as far as this process knows. */
  #covered = 0;
  #running: Promise<void> | null = null;
  #stopped = false;

  constructor(parts: PatientIndexUpkeepParts) {
    this.#parts = parts;
  }

  /** A checkpoint was signed; never waits. */
  signed(note: string): void {
    const parsed = parseNote(note);
    const checkpoint = parsed.ok ? parseCheckpoint(parsed.value.text) : parsed;
    if (!checkpoint.ok || this.#stopped || this.#running !== null) return;
    const { size } = checkpoint.value;
    if (size - this.#covered < INDEX_BEHIND_MOST) return;
    this.#running = this.#bringUp(size);
  }

  /** Resolves when nothing is under way; nothing begins any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #bringUp(size: number): Promise<void> {
    try {
      await this.#parts.commit();
      this.#covered = size;
    } catch (error) {
      // The next checkpoint tries again.
      this.#parts.trouble(error);
    } finally {
      this.#running = null;
    }
  }
}
