import type { PatientId } from '@holdfast/kernel';
import type { FhirResource } from '../fhir-reading.ts';
import type { LowerRung } from '../orchestrator/inference-job.ts';
import type { ScoreOutput } from '../scores/score-output.ts';
import type { ModelReference } from '../scores/scorer-registry.ts';

/** A search the pipeline needs, to be run under the patient's consent. */
export interface LookUp {
  readonly type: 'Patient' | 'Observation' | 'Encounter' | 'ServiceRequest';
  readonly patientId: PatientId;
  /** Exactly these, whatever their codes and date. */
  readonly ids?: readonly string[];
  /** `system|code` tokens of which one must match; empty: any. */
  readonly codes: readonly string[];
  /** How far back from `asOf` the clinical date may lie; null: any. */
  readonly sinceHours: number | null;
  /** ISO 8601; nothing later than this is an input. */
  readonly asOf: string;
  /** Where there may be more than one page of them: the newest come first. */
  readonly newestFirst?: boolean;
}

/** What the score is fed, and the resources that were read for it. */
export interface Gathered {
  readonly input: unknown;
  readonly used: readonly FhirResource[];
}

/** How an output is told as R4 `RiskAssessment.prediction`. */
export interface Prediction {
  readonly outcome: string;
  /** Code of http://terminology.hl7.org/CodeSystem/risk-probability. */
  readonly risk: 'negligible' | 'low' | 'moderate' | 'high' | 'certain';
  readonly rationale: string;
  /** In [0, 1]. */
  readonly probability?: number;
  /** How far ahead it looks, hours. */
  readonly withinHours?: number;
}

export interface Pipeline {
  readonly id: string;
  readonly version: string;
  readonly title: string;
  readonly model: ModelReference;
  /** The deterministic score that answers when the model's back end does not. */
  readonly fallback: ModelReference;
  /** Tried before it, in this process. */
  readonly lower?: readonly LowerRung[];
  readonly purpose: 'TREAT';
  /** For how long an answer says how the patient is; an older one is history. */
  readonly currentForHours: number;
  readonly trigger: {
    readonly resourceTypes: readonly string[];
    readonly matches: (resource: FhirResource) => boolean;
  };
  inputs(trigger: FhirResource, patientId: PatientId): readonly LookUp[];
  gather(trigger: FhirResource, fetched: readonly FhirResource[]): Gathered;
  /** Deterministic: what it signals decides the tier before anything runs. */
  score(input: unknown): ScoreOutput | null;
  predictions(output: ScoreOutput): readonly Prediction[];
}

/** Checks a declaration where it is made, so that a typing error is seen there. */
export function definePipeline(pipeline: Pipeline): Pipeline {
  return pipeline;
}

/** True where a change of the resource calls for the pipeline. */
export function isTriggeredBy(pipeline: Pipeline, resource: FhirResource): boolean {
  const { resourceTypes, matches } = pipeline.trigger;
  return resourceTypes.includes(resource.resourceType) && matches(resource);
}

/** The trigger belongs to the inputs whether or not the search found it; each resource once. */
export function withTrigger(
  trigger: FhirResource,
  fetched: readonly FhirResource[],
): readonly FhirResource[] {
  const same = (other: FhirResource): boolean =>
    other.resourceType === trigger.resourceType && other['id'] === trigger['id'];
  return [trigger, ...fetched.filter((resource) => !same(resource))];
}
