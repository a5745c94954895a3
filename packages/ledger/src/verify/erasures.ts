import type { Leaf } from '../entry/leaf.ts';
import { MAX_FINDINGS } from '../limits.ts';
import type { Finding } from './finding.ts';

/** Interaction of the record that says a patient's bodies were erased. */
export const ERASE_BODIES = 'erase-bodies';

interface Unaccounted {
  count: number;
  readonly position: number;
  readonly auditId: string;
}

/**
 * Bodies that are gone, against the records that say why: an erasure accounts for its patient's
 * bodies that were logged before it, and for no other. Bounded: beyond the limit, patients are
 * counted together and no erasure accounts for them.
 */
export class Erasures {
  readonly #missing = new Map<string, Unaccounted>();
  readonly #report: (finding: Finding) => void;

  constructor(report: (finding: Finding) => void) {
    this.#report = report;
  }

  /** In the order of the log. */
  add(leaf: Leaf, entry: { readonly position: number; readonly bodyMissing: boolean }): void {
    if (leaf.type === ERASE_BODIES && leaf.outcome === 0 && leaf.patient !== null) {
      this.#missing.delete(leaf.patient);
    }
    if (!entry.bodyMissing) return;
    const patient = this.#missing.size < MAX_FINDINGS ? (leaf.patient ?? '') : '';
    const known = this.#missing.get(patient);
    if (known !== undefined) known.count += 1;
    else this.#missing.set(patient, { count: 1, position: entry.position, auditId: leaf.id });
  }

  finish(): void {
    for (const { count, position, auditId } of this.#missing.values()) {
      const detail = `${count} bodies of one patient, the first here`;
      this.#report({ kind: 'body-missing', position, auditId, detail });
    }
  }
}
