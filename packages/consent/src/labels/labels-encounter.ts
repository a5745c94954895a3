import { codingsOf, isRecord, listOf } from '../model/fhir-json.ts';

/**
 * Whether a resource says what the Encounter it is part of was about: a procedure, or a diagnosis
 * made there. What such an Encounter holds beside it would tell of it too ("a visit without a word
 * about why"). A problem list that was merely looked at says nothing of the visit.
 */
export function labelsEncounter(resource: unknown): boolean {
  if (!isRecord(resource)) return false;
  if (resource['resourceType'] === 'Procedure') return true;
  return (
    resource['resourceType'] === 'Condition' &&
    listOf(resource['category'])
      .flatMap(codingsOf)
      .some(({ code }) => code === 'encounter-diagnosis')
  );
}
