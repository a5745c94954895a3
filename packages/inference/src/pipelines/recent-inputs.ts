import { clinicalInstant, type FhirResource } from '../fhir-reading.ts';
import { withTrigger } from './pipeline.ts';

/**
 * The trigger and what lies in the hours up to it. A back end that finds more than was asked for
 * must not change the score.
 */
export function withinHours(
  trigger: FhirResource,
  fetched: readonly FhirResource[],
  hours: number,
): readonly FhirResource[] {
  const atMs = clinicalInstant(trigger) ?? 0;
  const oldest = atMs - hours * 3_600_000;
  return withTrigger(trigger, fetched).filter((resource) => {
    const at = clinicalInstant(resource) ?? atMs;
    return resource.resourceType === 'Patient' || (at >= oldest && at <= atMs);
  });
}
