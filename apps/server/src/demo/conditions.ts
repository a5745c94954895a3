import { concept, ICD10CM, refer, SNOMED, THO } from '@holdfast/population';
import type { DemoPatient } from './patients.ts';
import type { Timeline } from './timeline.ts';
import { type DemoResource } from './transaction.ts';
import { oneOf, type Variation } from './variation.ts';
import type { Visit } from './visits.ts';

interface Diagnosis {
  readonly snomed: string;
  readonly icd10: string;
  readonly text: string;
  /** v3-ActCode sensitivity; such a condition is also labelled R (restricted). */
  readonly sensitivity?: string;
}

const USUAL: readonly [Diagnosis, ...Diagnosis[]] = [
  { snomed: '370143000', icd10: 'F32.9', text: 'Major depressive disorder' },
  { snomed: '21897009', icd10: 'F41.1', text: 'Generalized anxiety disorder' },
  { snomed: '47505003', icd10: 'F43.10', text: 'Posttraumatic stress disorder' },
  { snomed: '13746004', icd10: 'F31.9', text: 'Bipolar disorder' },
  { snomed: '193462001', icd10: 'G47.00', text: 'Insomnia' },
];

const ALCOHOL: Diagnosis = {
  snomed: '66590003',
  icd10: 'F10.20',
  text: 'Alcohol dependence',
  sensitivity: 'ETHUD',
};

const OPIOID: Diagnosis = {
  snomed: '75544000',
  icd10: 'F11.20',
  text: 'Opioid dependence',
  sensitivity: 'OPIOIDUD',
};

/** One diagnosis each; two of the stories add one about substance use, labelled as such. */
export function conditionResources(
  patient: DemoPatient,
  { visit, vary, time }: { visit: Visit; vary: Variation; time: Timeline },
): DemoResource[] {
  const diagnoses = [oneOf(vary('diagnosis'), USUAL)];
  if (patient.story === 'permits') diagnoses.push(ALCOHOL);
  if (patient.story === 'undisclosed') diagnoses.push(OPIOID);
  return diagnoses.map(({ snomed, icd10, text, sensitivity }, index) => ({
    resourceType: 'Condition',
    id: `${patient.id}-condition-${index + 1}`,
    ...(sensitivity === undefined ? {} : { meta: { security: securityLabels(sensitivity) } }),
    clinicalStatus: concept({ system: `${THO}condition-clinical`, code: 'active' }),
    verificationStatus: concept({ system: `${THO}condition-ver-status`, code: 'confirmed' }),
    category: [concept({ system: `${THO}condition-category`, code: 'problem-list-item' })],
    code: {
      coding: [
        { system: SNOMED, code: snomed, display: text },
        { system: ICD10CM, code: icd10 },
      ],
      text,
    },
    subject: refer('Patient', patient.id),
    encounter: refer('Encounter', visit.id),
    recordedDate: time.minutesAgo(visit.beganMinutesAgo),
    asserter: refer('Practitioner', patient.practitioner),
  }));
}

function securityLabels(sensitivity: string) {
  return [
    { system: `${THO}v3-Confidentiality`, code: 'R', display: 'restricted' },
    { system: `${THO}v3-ActCode`, code: sensitivity },
  ];
}
