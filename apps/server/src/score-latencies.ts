import type { Tier } from '@holdfast/inference';
import { SCORE_LATENCIES_KEPT } from './limits.ts';

export interface LatencyFigures {
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

/**
 * What a clinician waits for: from the commit of the change that called for a score to the commit of
 * the score, in milliseconds, over the newest scores of each tier that this process committed.
 */
export class ScoreLatencies {
  readonly #kept = new Map<Tier, number[]>();

  scored(tier: Tier, latencyMs: number): void {
    const kept = this.#kept.get(tier) ?? [];
    this.#kept.set(tier, kept);
    kept.push(latencyMs);
    if (kept.length > SCORE_LATENCIES_KEPT) kept.shift();
  }

  /** null before the first score of the tier. */
  read(tier: Tier): LatencyFigures {
    const sorted = (this.#kept.get(tier) ?? []).toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
    return { p50Ms: at(0.5), p99Ms: at(0.99) };
  }
}
