import { type Clock, err } from '@holdfast/kernel';
import type { ScoreOutput } from '../scores/score-output.ts';
import {
  type ModelReference,
  modelKey,
  type ScorerRegistry,
  scoreWith,
} from '../scores/scorer-registry.ts';
import type { Rung } from './inference-record.ts';
import { checkOutput } from './output-check.ts';
import type { PendingInference } from './pending-inference.ts';
import { RunCosts } from './run-costs.ts';

const IN_PROCESS = 'inference-in-process';

export interface LowerAnswer {
  readonly rung: Rung;
  readonly model: ModelReference;
  readonly output: ScoreOutput;
}

/** INF-1: what answers here when the back end does not: pure functions, which nothing can take away. */
export class LowerRungs {
  readonly #scorers: ScorerRegistry;
  readonly #clock: Clock;
  readonly #costs: RunCosts;

  constructor(scorers: ScorerRegistry, clock: Clock, assumedCostMs: number) {
    this.#scorers = scorers;
    this.#clock = clock;
    this.#costs = new RunCosts(assumedCostMs);
  }

  /** The best rung that answers in the time that is left, each attempt noted; null: none does. */
  answer(pending: PendingInference): LowerAnswer | null {
    const { job } = pending;
    const last = { rung: 'in-process' as const, model: job.fallback };
    for (const { rung, model } of [...(job.lower ?? []), last]) {
      const output = this.#score(pending, rung, model);
      if (output !== null) return { rung, model, output };
    }
    return null;
  }

  #score(
    pending: PendingInference,
    rung: Exclude<Rung, 'backend' | 'none'>,
    model: ModelReference,
  ): ScoreOutput | null {
    const [startedAt, startedMs] = [this.#clock.now(), this.#clock.monotonicMs()];
    const leftMs = pending.arrivedMs + pending.budgetMs - startedMs;
    // The last one is tried whatever time is left: there is nothing below it.
    const isLate = rung !== 'in-process' && this.#costs.predict(model, Infinity) > leftMs;
    const scored = isLate
      ? err({ kind: 'no-time' } as const)
      : scoreWith(this.#scorers, model, pending.job.input);
    const durationMs = this.#clock.monotonicMs() - startedMs;
    if (scored.ok) this.#costs.learn(model, durationMs);
    const checked = scored.ok ? checkOutput(model, scored.value) : scored;
    pending.attempts.push({
      rung,
      component: IN_PROCESS,
      model: modelKey(model),
      startedAt: startedAt.toISOString(),
      durationMs,
      outcome: checked.ok ? 'answered' : checked.error.kind,
    });
    return checked.ok ? checked.value : null;
  }
}
