import { criticalFlagSignals } from '../clinical/critical-flag.ts';
import { contextReferences } from '../clinical/order-context.ts';
import { assignTier, type TierPolicy } from '../clinical/tier-policy.ts';
import { clinicalInstant, type FhirResource } from '../fhir-reading.ts';
import { pipelineLimits } from '../limits.ts';
import { isTriggeredBy, type Pipeline } from './pipeline.ts';

export interface UrgencyRules {
  readonly pipelines: readonly Pipeline[];
  readonly tierPolicy: TierPolicy;
  readonly now: Date;
}

/** At once, since it may come to tier 0; in its turn; or not at all, as it starts no pipeline. */
export type TriggerUrgency = 'now' | 'routine' | 'none';

/**
 * How soon a resource is to be scored, as far as it says itself. `now`: it is critical alone, or it is
 * recent and counts towards a score that is, or has an order behind it. Of several resources that only
 * together are critical the last one that counts is such a one, so no tier 0 is overlooked.
 */
export function urgencyOf(resource: FhirResource, rules: UrgencyRules): TriggerUrgency {
  const { pipelines, tierPolicy, now } = rules;
  const called = pipelines.filter((pipeline) => isTriggeredBy(pipeline, resource));
  if (called.length === 0) return 'none';
  const signals = called.flatMap(
    (pipeline) => pipeline.score(pipeline.gather(resource, []).input)?.signals ?? [],
  );
  const all = [...signals, ...criticalFlagSignals(resource)];
  if (assignTier(tierPolicy, all, null).tier === 0) return 'now';
  const at = clinicalInstant(resource) ?? now.getTime();
  const recent = now.getTime() - at <= pipelineLimits.recentHours * 3_600_000;
  const counts = new Set(tierPolicy.rows.filter((row) => row.tier === 0).map((row) => row.signal));
  // The order behind it may be stat; what it says is read with the inputs.
  const ordered = contextReferences(resource).ServiceRequest.length > 0;
  const mayBeCritical = ordered || all.some(({ id, value }) => value > 0 && counts.has(id));
  return recent && mayBeCritical ? 'now' : 'routine';
}
