import { type ModelReference, modelKey } from '../scores/scorer-registry.ts';

/** How fast an estimate follows: about the last ten runs. */
const WEIGHT = 0.1;

/** Predicted milliseconds of a run, learned per model. */
export class RunCosts {
  readonly #assumedMs: number;
  readonly #means = new Map<string, number>();

  constructor(assumedMs: number) {
    this.#assumedMs = assumedMs;
  }

  learn(model: ModelReference, durationMs: number): void {
    const key = modelKey(model);
    const mean = this.#means.get(key) ?? this.#assumedMs;
    this.#means.set(key, mean + WEIGHT * (durationMs - mean));
  }

  /**
   * Never more than half the time there is: an estimate that a slow start spoiled must not keep
   * the model from being tried, and so from being measured again.
   */
  predict(model: ModelReference, availableMs: number): number {
    const mean = this.#means.get(modelKey(model)) ?? this.#assumedMs;
    return Math.max(0, Math.min(mean, availableMs / 2));
  }
}
