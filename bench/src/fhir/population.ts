import type { Identified } from '@holdfast/store';

export const LOINC = 'http://loinc.org';
export const MRN = 'https://records.example/mrn';
export const HBA1C = '4548-4';
const UCUM = 'http://unitsofmeasure.org';
const CATEGORY = 'http://terminology.hl7.org/CodeSystem/observation-category';
const DAYS = 365;
/** Patients of one family name: what a search by name finds at every size. */
const FAMILY_MEMBERS = 4;
const SYLLABLES = 'ba co di fe gu ha je ki lo mu na or pe qui ro su ta ul ve wi'.split(' ');

/** Of one Observation: LOINC code, display, unit, lowest value, spread, category. */
const MEASURED = [
  ['8867-4', 'Heart rate', '/min', 55, 45, 'vital-signs'],
  ['9279-1', 'Respiratory rate', '/min', 11, 9, 'vital-signs'],
  ['8310-5', 'Body temperature', 'Cel', 35, 4, 'vital-signs'],
  ['2708-6', 'Oxygen saturation', '%', 91, 9, 'vital-signs'],
  ['29463-7', 'Body weight', 'kg', 48, 60, 'vital-signs'],
  ['39156-5', 'Body mass index', 'kg/m2', 18, 20, 'vital-signs'],
  [HBA1C, 'Hemoglobin A1c', '%', 4, 8, 'laboratory'],
] as const;
const TIMES_MEASURED = 2;
const CONDITIONS = ['E11.9', 'F32.1', 'I10', 'J45.20', 'M54.5', 'F41.1', 'K21.9', 'N39.0'] as const;

/** Resources a patient: Patient, 2 Encounters, 14 Observations, Condition, order and allergy. */
export const RESOURCES_PER_PATIENT = 6 + MEASURED.length * TIMES_MEASURED;

export const patientId = (nth: number): string => `bench-${nth}`;
export const observationId = (nth: number, of: number): string => `bench-${nth}-o${of}`;
export const OBSERVATIONS_PER_PATIENT = MEASURED.length * TIMES_MEASURED;

/** Of a fixed length, so that no name begins another one. */
export function familyName(nth: number): string {
  let rest = Math.floor(nth / FAMILY_MEMBERS);
  let name = '';
  for (let i = 0; i < 4; i++) {
    name = `${SYLLABLES[rest % SYLLABLES.length]}${name}`;
    rest = Math.floor(rest / SYLLABLES.length);
  }
  return `${name}-son`;
}

/** The day of the year 2024 on which a measurement was taken, as a date. */
export const dayOf = (nth: number): string =>
  new Date(Date.UTC(2024, 0, 1) + (nth % DAYS) * 86_400_000).toISOString().slice(0, 10);

/**
 * The nth patient with a small record. Values, codes and dates come from fixed vocabularies, so that
 * with the population grows what a code or a day finds, as it does in a clinic.
 */
export function recordOf(nth: number): Identified[] {
  const subject = { reference: `Patient/${patientId(nth)}` };
  return [
    patient(nth),
    ...[0, 1].map((visit) => encounter(nth, visit)),
    ...MEASURED.flatMap((_, kind) =>
      Array.from({ length: TIMES_MEASURED }, (__, time) => observation(nth, kind, time)),
    ),
    {
      resourceType: 'Condition',
      id: `bench-${nth}-c`,
      clinicalStatus: coded(
        'http://terminology.hl7.org/CodeSystem/condition-clinical',
        nth % 3 === 0 ? 'resolved' : 'active',
      ),
      code: coded('http://hl7.org/fhir/sid/icd-10-cm', CONDITIONS[nth % CONDITIONS.length] ?? ''),
      subject,
      recordedDate: dayOf(nth * 13),
    },
    {
      resourceType: 'MedicationRequest',
      id: `bench-${nth}-m`,
      status: nth % 4 === 0 ? 'stopped' : 'active',
      intent: 'order',
      medicationCodeableConcept: coded(
        'http://www.nlm.nih.gov/research/umls/rxnorm',
        String(860_975 + (nth % 40)),
      ),
      subject,
      authoredOn: dayOf(nth * 17),
    },
    {
      resourceType: 'AllergyIntolerance',
      id: `bench-${nth}-a`,
      clinicalStatus: coded(
        'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical',
        'active',
      ),
      code: coded('http://snomed.info/sct', String(91_936_005 + (nth % 12))),
      patient: subject,
    },
  ];
}

const coded = (system: string, code: string, display?: string) => ({
  coding: [{ system, code, ...(display !== undefined && { display }) }],
});

function patient(nth: number): Identified {
  return {
    resourceType: 'Patient',
    id: patientId(nth),
    active: true,
    identifier: [{ system: MRN, value: `mrn-${nth}` }],
    name: [{ family: familyName(nth), given: [`Number${nth % 97}`] }],
    gender: nth % 2 === 0 ? 'female' : 'male',
    birthDate: `19${10 + (nth % 90)}-0${1 + (nth % 9)}-1${nth % 10}`,
    generalPractitioner: [{ reference: 'Practitioner/p-rivera' }],
    managingOrganization: { reference: 'Organization/harbour-clinic' },
  };
}

function encounter(nth: number, visit: number): Identified {
  const day = dayOf(nth * 7 + visit * 181);
  return {
    resourceType: 'Encounter',
    id: `bench-${nth}-e${visit}`,
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    subject: { reference: `Patient/${patientId(nth)}` },
    participant: [{ individual: { reference: 'Practitioner/p-rivera' } }],
    period: { start: `${day}T09:00:00Z`, end: `${day}T09:40:00Z` },
  };
}

/** About 1 kB as stored, like those that the bench creates. */
function observation(nth: number, kind: number, time: number): Identified {
  const [code, display, unit, low, spread, category] = MEASURED[kind] ?? MEASURED[0];
  const of = kind * TIMES_MEASURED + time;
  const at = `${dayOf(nth * 7 + time * 181)}T${String(8 + (of % 10)).padStart(2, '0')}:${String(10 + (nth % 50))}:00Z`;
  return {
    resourceType: 'Observation',
    id: observationId(nth, of),
    status: 'final',
    identifier: [{ system: 'https://devices.example/readings', value: `reading-${nth}-${of}` }],
    category: [coded(CATEGORY, category)],
    code: { ...coded(LOINC, code, display), text: display },
    subject: { reference: `Patient/${patientId(nth)}` },
    encounter: { reference: `Encounter/bench-${nth}-e${time}` },
    performer: [{ reference: 'Practitioner/p-rivera', display: 'Dr. Elena Rivera' }],
    effectiveDateTime: at,
    issued: at,
    valueQuantity: {
      value: low + ((nth * 31 + of * 7) % (spread * 10)) / 10,
      unit,
      system: UCUM,
      code: unit,
    },
    note: [{ text: 'Measured on the ward after ten minutes of rest, by a trained nurse.' }],
  };
}
