import type { PatientId, TenantId } from '@holdfast/kernel';
import type { Tier } from '../clinical/tier.ts';
import type { TierDecision } from '../clinical/tier-policy.ts';
import type { InputReference } from '../fhir-reading.ts';
import type { ScoreOutput } from '../scores/score-output.ts';
import type { ModelReference } from '../scores/scorer-registry.ts';

/** Which decision let the inputs be read; what it says is the consent engine's business. */
export interface ConsentEvidence {
  readonly decision: string;
  readonly policyVersion: string;
  readonly epoch: string;
}

/**
 * How far down the ladder the answer came from: the model in its back end; the same model's twin in
 * TypeScript; a cheaper model, under its own name; the deterministic score. `none`: there is no
 * automated result.
 */
export type Rung = 'backend' | 'twin' | 'variant' | 'in-process' | 'none';

export const isDegraded = (rung: Rung): boolean => rung !== 'backend' && rung !== 'none';

export type InferenceOutcome =
  | 'answered'
  /** Over capacity, with a hint when to try again. Never tier 0. */
  | 'refused'
  | 'cancelled'
  /** Consent forbids the inputs: nothing was computed. */
  | 'denied'
  /** The inputs could not be read. */
  | 'unavailable'
  /** No rung could answer. */
  | 'failed';

export interface Attempt {
  readonly rung: Exclude<Rung, 'none'>;
  readonly component: string;
  /** `id@version`. */
  readonly model: string;
  readonly startedAt: string;
  readonly durationMs: number;
  /** `answered`, or the kind of failure. */
  readonly outcome: string;
}

/** Everything that is needed to explain, replay or dispute one result. Instants are ISO 8601. */
export interface InferenceRecord {
  readonly id: string;
  readonly tenant: TenantId;
  readonly patientId: PatientId;
  readonly pipeline: { readonly id: string; readonly version: string };
  readonly purpose: string;
  readonly consent: ConsentEvidence | null;
  /** Who or what asked: a literal reference, or `system`. */
  readonly requester: string;
  readonly tier: Tier;
  readonly tierDecision: TierDecision;
  readonly arrivedAt: string;
  readonly dispatchedAt: string | null;
  readonly finishedAt: string;
  readonly deadlineAt: string;
  readonly queueWaitMs: number;
  readonly latencyMs: number;
  readonly attempts: readonly Attempt[];
  /** What computed `output`; what was asked for where there is none. */
  readonly model: ModelReference;
  readonly artifactSha256: string | null;
  /** Of a model that has versions: which kind was asked. */
  readonly arm?: 'champion' | 'canary';
  readonly inputHash: string;
  readonly inputs: readonly InputReference[];
  /** Hex SHA-256 over pipeline, version, model and input versions. */
  readonly idempotencyKey: string;
  readonly outcome: InferenceOutcome;
  readonly rung: Rung;
  /** True where a lower rung answered than was asked for. */
  readonly degraded: boolean;
  /** Why it was degraded or has no output; null for a plain answer. */
  readonly reason: string | null;
  readonly retryAfterMs: number | null;
  readonly output: ScoreOutput | null;
}
