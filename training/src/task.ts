import type { EvaluationTable } from './boosting.ts';

/** One question to train for: its data, its words for the card. */
export interface TrainingTask {
  readonly capability: string;
  readonly featureSet: string;
  readonly imdrf: 'I' | 'II' | 'III' | 'IV';
  readonly baseline: string;
  table(of: {
    readonly seed: number;
    readonly first: number;
    readonly patients: number;
  }): EvaluationTable;
  /** Shares of rows that the bands high, and high or moderate, shall hold. */
  readonly shares: { readonly high: number; readonly moderate: number };
  readonly words: {
    readonly output: string;
    readonly intendedUse: string;
    readonly patients: string;
    readonly users: string;
    readonly outOfScope: string;
    readonly risks: string;
    readonly inclusion: string;
    readonly demographics: string;
  };
}
