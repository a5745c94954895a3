import { MAX_VOIDS_A_LEAF } from '../limits.ts';
import type { AuditRow } from './audit-event.ts';

/**
 * Numbers the records of one process, from memory: a number that never reaches the log is a hole,
 * and a hole means an omission. A number whose transaction was rolled back is given back with
 * `release`, and the next leaf says so.
 */
export class AuditProducer {
  /** Names the process, e.g. `api-1`. */
  readonly process: string;
  /** Tells this life of the process from earlier ones, e.g. its start in ms since 1970. */
  readonly epoch: number;
  readonly #voids: number[] = [];
  #next = 0;

  constructor({ process, epoch }: { readonly process: string; readonly epoch: number }) {
    this.process = process;
    this.epoch = epoch;
  }

  /** The next counter, with released ones that its leaf has to name. */
  take(): { readonly n: number; readonly voids: readonly number[] } {
    return { n: this.#next++, voids: this.#voids.splice(0, MAX_VOIDS_A_LEAF) };
  }

  /** Whether released counters wait for a leaf to name them. */
  get hasVoids(): boolean {
    return this.#voids.length > 0;
  }

  /** Rows that were prepared but not stored: their transaction failed, or its end is unknown. */
  release(rows: readonly Pick<AuditRow, 'n' | 'voids'>[]): void {
    for (const { n, voids } of rows) this.#voids.push(n, ...voids);
  }
}
