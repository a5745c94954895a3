import type { UrgencySignal } from '../clinical/tier.ts';

/** Why an input did not count. Each is treated as missing: it can only leave the bound lower. */
export type AbsentReason =
  | 'not-given'
  | 'unit-unknown'
  | 'not-a-number'
  | 'implausible'
  /** The limits are for others than a patient of this age. */
  | 'age-not-covered'
  | 'inexact'
  | 'answer-unknown'
  | 'not-released';

/** One input's share, so that a reader can redo the sum. */
export interface ScorePart {
  /** LOINC or SNOMED CT code of the input. */
  readonly code: string;
  readonly name: string;
  readonly value: number | string | null;
  readonly points: number | null;
  readonly absent?: AbsentReason;
}

/** What runs a model on this machine. */
export type LocalRuntime = 'onnxruntime' | 'typescript';

/** What every deterministic score answers; plain JSON, since it crosses a process boundary. */
export interface ScoreOutput {
  /** Score and table version, e.g. `news2@1`. */
  readonly score: string;
  /** False where the score's own rules forbid it for this patient or no input counted. */
  readonly evaluable: boolean;
  /** Null unless every input the score needs was there. */
  readonly total: number | null;
  /** What the inputs at hand already guarantee; equals `total` where there is one. */
  readonly lowerBound: number;
  /** Published name of the band that `lowerBound` lies in. */
  readonly band: string;
  readonly parts: readonly ScorePart[];
  readonly flags: readonly string[];
  readonly signals: readonly UrgencySignal[];
  /** Of a model's answer, in [0, 1]. */
  readonly probability?: number;
  /** What ran a model: ONNX Runtime, its twin in TypeScript, or a server elsewhere. */
  readonly runtime?: LocalRuntime | 'remote';
  /** What a reader has to be told beside the answer, e.g. that it is not for care. */
  readonly statement?: string;
}
