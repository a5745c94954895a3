import type { Clock } from '@holdfast/kernel';
import { careTeamResource } from './care-teams.ts';
import { conditionResources } from './conditions.ts';
import { consentResources } from './consents.ts';
import { type DemoPatient, PATIENTS, patientResource } from './patients.ts';
import { practice } from './practice.ts';
import { phq9Response, questionnaireResource } from './questionnaire-responses.ts';
import { type Timeline, timeline } from './timeline.ts';
import { type DemoResource, type DemoTransaction, transaction } from './transaction.ts';
import { variation } from './variation.ts';
import { encounterResource, visitsOf } from './visits.ts';
import { vitalSigns } from './vital-signs.ts';

export interface DemoOptions {
  /** Varies addresses, diagnoses, answers and vital signs; ids, names and stories stay. */
  readonly seed: number;
  /** Read once: the newest data lies a few hours before it. */
  readonly clock: Clock;
}

/**
 * A small behavioural-health practice as FHIR R4 transactions, to be loaded in order: first the
 * practice, then one bundle a patient, their consents included, so that no data is ever there
 * without the consent that guards it. The same options give the same bundles.
 */
export function* demoPopulation(options: DemoOptions): Generator<DemoTransaction> {
  const time = timeline(options.clock);
  yield transaction([...practice(), questionnaireResource()]);
  for (const patient of PATIENTS) yield transaction(recordOf(patient, options.seed, time));
}

function recordOf(patient: DemoPatient, seed: number, time: Timeline): DemoResource[] {
  const vary = variation(seed, patient.id);
  const visits = visitsOf(patient, vary);
  const latest = visits.at(-1);
  return [
    patientResource(patient, vary),
    careTeamResource(patient),
    ...consentResources(patient, time),
    ...visits.map((visit) => encounterResource(visit, patient, time)),
    ...visits.slice(0, 1).flatMap((visit) => conditionResources(patient, { visit, vary, time })),
    ...visits.map((visit) => phq9Response(patient, { visit, vary, time })),
    ...visits.flatMap((visit) =>
      vitalSigns(patient, { visit, latest: visit === latest, vary, time }),
    ),
  ];
}
