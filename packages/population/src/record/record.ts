import { unreachable } from '@holdfast/kernel';
import type { PopulationResource } from '../fhir-shapes.ts';
import { consentResource, type Stance } from './consents.ts';
import { appointmentResource, careTeamResource, communicationResource } from './contacts.ts';
import { earlierEncounter, encounterResource } from './encounters.ts';
import { bloodPressure, laboratoryResult, vitalSign } from './observations.ts';
import { patientResource } from './patient-resource.ts';
import { type Part, planOf } from './plan.ts';
import { conditionResource, medicationRequest } from './problems.ts';
import { type ActsFor, relatedPerson } from './relations.ts';
import { auditC, cSsrs, gad7, phq9 } from './screenings.ts';
import type { Subject } from './subject.ts';

/** The resources of one record, the Patient first: what is referred to comes before what refers. */
export function recordOf(
  subject: Subject,
  given: { readonly acts: ActsFor; readonly stance: Stance },
): readonly PopulationResource[] {
  const plan = planOf(subject.seed, subject.index, { ...given, course: subject.course });
  return [
    patientResource(subject),
    encounterResource(subject),
    ...plan.map((part) => resourceOf(part, subject, given)),
  ];
}

function resourceOf(
  part: Part,
  subject: Subject,
  { acts, stance }: { readonly acts: ActsFor; readonly stance: Stance },
): PopulationResource {
  switch (part) {
    case 'related':
      return relatedPerson(subject, acts === 'none' ? 'relative' : acts);
    case 'consent':
      return consentResource(subject, stance === 'default' ? 'care' : stance);
    case 'team':
      return careTeamResource(subject);
    case 'earlier-encounter':
      return earlierEncounter(subject);
    case 'condition':
      return conditionResource(subject);
    case 'medication':
      return medicationRequest(subject);
    case 'blood-pressure':
      return bloodPressure(subject);
    case 'vital':
      return vitalSign(subject, 0);
    case 'second-vital':
      return vitalSign(subject, 1);
    case 'laboratory':
      return laboratoryResult(subject, 0);
    case 'second-laboratory':
      return laboratoryResult(subject, 1);
    case 'phq-9':
      return phq9(subject);
    case 'gad-7':
      return gad7(subject);
    case 'audit-c':
      return auditC(subject);
    case 'c-ssrs':
      return cSsrs(subject);
    case 'appointment':
      return appointmentResource(subject);
    case 'message':
      return communicationResource(subject);
    default:
      return unreachable(part);
  }
}
