import type { Tier } from '../clinical/tier.ts';
import type { InferenceRecord } from './inference-record.ts';

export interface TierSnapshot {
  readonly waiting: number;
  readonly running: number;
  readonly completed: number;
  /** Of those completed, answered from a lower rung. */
  readonly degraded: number;
  readonly refused: number;
  readonly cancelled: number;
  readonly failed: number;
  readonly oldestWaitMs: number;
  /** Arrival to answer over the last answers; null before the first. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

/** Counts since start, and the latencies of the last so many answers. */
export class TierGauge {
  readonly #window: number;
  readonly #latencies: number[] = [];
  #next = 0;
  #completed = 0;
  #degraded = 0;
  #refused = 0;
  #cancelled = 0;
  #failed = 0;

  constructor(window: number) {
    this.#window = window;
  }

  count(record: InferenceRecord): void {
    if (record.outcome === 'refused') this.#refused += 1;
    else if (record.outcome === 'failed') this.#failed += 1;
    else if (record.outcome !== 'answered') this.#cancelled += 1;
    else {
      this.#completed += 1;
      if (record.degraded) this.#degraded += 1;
      this.#latencies[this.#next] = record.latencyMs;
      this.#next = (this.#next + 1) % this.#window;
    }
  }

  read(queue: { waiting: number; running: number; oldestWaitMs: number }): TierSnapshot {
    const sorted = this.#latencies.toSorted((a, b) => a - b);
    const at = (share: number): number | null =>
      sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
    return {
      ...queue,
      completed: this.#completed,
      degraded: this.#degraded,
      refused: this.#refused,
      cancelled: this.#cancelled,
      failed: this.#failed,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
    };
  }
}

export type OrchestratorSnapshot = Readonly<Record<Tier, TierSnapshot>>;
