import type { PatientId, TenantId } from '@holdfast/kernel';
import type { UrgencySignal } from '../clinical/tier.ts';
import type { InputReference } from '../fhir-reading.ts';
import type { ModelReference } from '../scores/scorer-registry.ts';
import type { ConsentEvidence } from './inference-record.ts';

export type ConsentCheck = (moment: 'dispatch' | 'release') => boolean | Promise<boolean>;

export interface LowerRung {
  /** `twin`: the same model; `variant`: a cheaper one. */
  readonly rung: 'twin' | 'variant';
  readonly model: ModelReference;
}

/** One inference that somebody wants. */
export interface InferenceJob {
  /** Unique; becomes the record's id. */
  readonly id: string;
  readonly tenant: TenantId;
  readonly patientId: PatientId;
  readonly pipeline: { readonly id: string; readonly version: string };
  readonly purpose: string;
  readonly consent: ConsentEvidence;
  readonly requester: string;
  /** FHIR request-priority code, or `background`; null: not stated. */
  readonly requestedPriority: string | null;
  readonly mode: 'interactive' | 'asynchronous';
  /** Facts about the patient's urgency, from data on the server. */
  readonly signals: readonly UrgencySignal[];
  readonly model: ModelReference;
  /** The deterministic score that answers when the back end does not; its own name is shown. */
  readonly fallback: ModelReference;
  /** What is tried in this process before it, the best first. */
  readonly lower?: readonly LowerRung[];
  /** Whether the version that usually answers was asked, or one on trial. */
  readonly arm?: 'champion' | 'canary';
  readonly input: unknown;
  readonly inputs: readonly InputReference[];
  readonly idempotencyKey: string;
  /** Longest stretch after which the back end yields, for long work of tier 3. */
  readonly chunkMs?: number;
  /**
   * Whether what let the inputs be read still does: asked when it starts after a wait, and before
   * its result is released. One that fails counts as no. Absent: the caller watches.
   */
  readonly consentHolds?: ConsentCheck;
}
