import type { Result } from '@holdfast/kernel';
import type { Tier } from '../clinical/tier.ts';
import type { ScoreOutput } from '../scores/score-output.ts';
import type { ModelReference, ScoringFailure } from '../scores/scorer-registry.ts';

export interface InferenceRequest {
  readonly id: string;
  readonly model: ModelReference;
  readonly input: unknown;
  /** How urgent it is, for a server that orders its own queue. */
  readonly tier?: Tier;
  /** Where a run that yielded goes on: what the back end said then. */
  readonly progress?: unknown;
}

export interface InferOptions {
  /** Milliseconds from now within which the call settles, whatever happens. */
  readonly deadlineMs: number;
  /** Aborted where the run shall stop for more urgent work. */
  readonly signal?: AbortSignal;
}

/** Why there is no output. */
export type BackendFailure =
  /** None yet: it stands at a chunk boundary and goes on when asked again with its progress. */
  | { readonly kind: 'yielded'; readonly progress: unknown; readonly leftMs: number }
  /** What ran it is gone: killed, crashed, or never came up. */
  | { readonly kind: 'exited'; readonly code: number | null; readonly signal: string | null }
  | { readonly kind: 'deadline-exceeded' }
  /** It failed too often of late and is left alone for a while. */
  | { readonly kind: 'breaker-open' }
  /** Nothing holds the model in memory yet; it is on its way there. */
  | { readonly kind: 'model-cold' }
  | { readonly kind: 'saturated'; readonly retryAfterMs?: number }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'aborted' }
  /** The model is not there, refused its input, or broke. */
  | ScoringFailure;

/** A failure of the back end itself, whether or not it was at work. */
export interface BackendIncident {
  readonly kind: 'exited' | 'breaker-opened';
  readonly component: string;
  /** Requests it took down with it. */
  readonly requests: readonly string[];
  readonly at: Date;
}

/** Runs models. Never throws; every call settles by its deadline. */
export interface InferenceBackend {
  /** Names it in records and reports. */
  readonly component: string;
  infer(
    request: InferenceRequest,
    options: InferOptions,
  ): Promise<Result<ScoreOutput, BackendFailure>>;
  /** The answer unsubscribes. */
  onFailure(listener: (incident: BackendIncident) => void): () => void;
  /** Told when it is well again after an incident. The answer unsubscribes. */
  onRecovered(listener: () => void): () => void;
}
