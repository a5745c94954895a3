import type { PatientId } from '@holdfast/kernel';
import type { SignalId, SignalSummary } from './signal.ts';
import type { SignalRecord } from './signal-line.ts';

/** Changes that wait to be written: per signal its newest account and the patients added since. */
export class UnsavedSignals {
  readonly #waiting = new Map<SignalId, { signal: SignalSummary; patients: PatientId[] }>();

  get size(): number {
    return this.#waiting.size;
  }

  add({ signal, addedPatients }: SignalRecord): void {
    const known = this.#waiting.get(signal.id);
    if (known === undefined) {
      this.#waiting.set(signal.id, { signal, patients: [...addedPatients] });
      return;
    }
    known.signal = signal;
    for (const patient of addedPatients) known.patients.push(patient);
  }

  /** Removes and returns at most `limit`, oldest first. */
  take(limit: number): SignalRecord[] {
    const records: SignalRecord[] = [];
    for (const [id, { signal, patients }] of this.#waiting) {
      if (records.length >= limit) break;
      this.#waiting.delete(id);
      records.push({ signal, addedPatients: patients });
    }
    return records;
  }

  /** What could not be written: newer accounts that came meanwhile stay. */
  putBack(records: readonly SignalRecord[]): void {
    for (const record of records) {
      const newer = this.#waiting.get(record.signal.id);
      this.#waiting.set(record.signal.id, {
        signal: newer?.signal ?? record.signal,
        patients: [...record.addedPatients, ...(newer?.patients ?? [])],
      });
    }
  }

  clear(): void {
    this.#waiting.clear();
  }
}
