import { at, type Draw } from '../draw.ts';
import {
  type Coding,
  concept,
  ICD10CM,
  type PopulationResource,
  RXNORM,
  refer,
  SNOMED,
  THO,
} from '../fhir-shapes.ts';
import { ADDICTION_PHYSICIAN } from '../practice/practice.ts';
import { practiceOf, staffId } from '../seeds.ts';
import { aboutPatient, drawOf, type Subject } from './subject.ts';

/** A diagnosis and what is prescribed for it, by RxNorm ingredient. */
interface Problem {
  readonly snomed: string;
  readonly icd10: string;
  readonly text: string;
  readonly medications: readonly (readonly [string, string])[];
  /** v3-ActCode of data that is sensitive by itself. */
  readonly sensitivity?: string;
  /** How likely, among those whom it can befall. */
  readonly weight: (subject: Subject) => number;
}

const adult = ({ person }: Subject): number => Number(person.ageYears >= 18);

const USUAL: readonly Problem[] = [
  {
    snomed: '370143000',
    icd10: 'F32.9',
    text: 'Major depressive disorder',
    medications: [
      ['36437', 'sertraline'],
      ['321988', 'escitalopram'],
      ['42347', 'bupropion'],
    ],
    weight: (s) => 10 + 60 * s.course.burden,
  },
  {
    snomed: '21897009',
    icd10: 'F41.1',
    text: 'Generalized anxiety disorder',
    medications: [
      ['321988', 'escitalopram'],
      ['4493', 'fluoxetine'],
    ],
    weight: (s) => 10 + 40 * s.course.burden,
  },
  {
    snomed: '47505003',
    icd10: 'F43.10',
    text: 'Posttraumatic stress disorder',
    medications: [['36437', 'sertraline']],
    weight: (s) => 4 + 14 * s.course.burden,
  },
  {
    snomed: '13746004',
    icd10: 'F31.9',
    text: 'Bipolar disorder',
    medications: [
      ['6448', 'lithium'],
      ['51272', 'quetiapine'],
    ],
    weight: (s) => 5 * adult(s),
  },
  {
    snomed: '406506008',
    icd10: 'F90.9',
    text: 'Attention deficit hyperactivity disorder',
    medications: [['6901', 'methylphenidate']],
    weight: (s) => (adult(s) === 1 ? 4 : 30),
  },
  {
    snomed: '193462001',
    icd10: 'G47.00',
    text: 'Insomnia',
    medications: [['10737', 'trazodone']],
    weight: () => 9,
  },
  {
    snomed: '38341003',
    icd10: 'I10',
    text: 'Hypertensive disorder',
    medications: [
      ['29046', 'lisinopril'],
      ['17767', 'amlodipine'],
    ],
    weight: (s) => 70 * adult(s) * s.course.strain,
  },
  {
    snomed: '44054006',
    icd10: 'E11.9',
    text: 'Diabetes mellitus type 2',
    medications: [['6809', 'metformin']],
    weight: (s) => (s.course.strain > 0.75 ? 60 : 2) * adult(s),
  },
  {
    snomed: '195967001',
    icd10: 'J45.909',
    text: 'Asthma',
    medications: [['435', 'albuterol']],
    weight: () => 9,
  },
  {
    snomed: '40930008',
    icd10: 'E03.9',
    text: 'Hypothyroidism',
    medications: [['10582', 'levothyroxine']],
    weight: (s) => 7 * adult(s),
  },
];

/** Few, and each sensitive by law or by most label sets. */
const SENSITIVE: readonly Problem[] = [
  {
    snomed: '20010003',
    icd10: 'F60.3',
    text: 'Borderline personality disorder',
    sensitivity: 'PSY',
    medications: [['28439', 'lamotrigine']],
    weight: (s) => 3 * adult(s) * (0.3 + s.course.burden),
  },
  {
    snomed: '58214004',
    icd10: 'F20.9',
    text: 'Schizophrenia',
    sensitivity: 'PSY',
    medications: [['51272', 'quetiapine']],
    weight: (s) => 1.2 * adult(s),
  },
  {
    snomed: '86406008',
    icd10: 'B20',
    text: 'Human immunodeficiency virus infection',
    sensitivity: 'HIV',
    medications: [['276237', 'emtricitabine']],
    weight: (s) => 1.2 * adult(s),
  },
];

/** 42 CFR Part 2: what the recovery programme treats. */
const RECOVERY: Readonly<Record<Exclude<Subject['course']['recovery'], 'none'>, Problem>> = {
  alcohol: {
    snomed: '66590003',
    icd10: 'F10.20',
    text: 'Alcohol dependence',
    sensitivity: 'ETHUD',
    medications: [
      ['7243', 'naltrexone'],
      ['82819', 'acamprosate'],
      ['3554', 'disulfiram'],
    ],
    weight: () => 1,
  },
  opioid: {
    snomed: '75544000',
    icd10: 'F11.20',
    text: 'Opioid dependence',
    sensitivity: 'OPIOIDUD',
    medications: [
      ['1819', 'buprenorphine'],
      ['6813', 'methadone'],
    ],
    weight: () => 1,
  },
  other: {
    snomed: '191816009',
    icd10: 'F19.20',
    text: 'Drug dependence',
    sensitivity: 'SUD',
    medications: [['42347', 'bupropion']],
    weight: () => 1,
  },
};

function problemOf(subject: Subject): Problem {
  const { recovery } = subject.course;
  if (recovery !== 'none') return RECOVERY[recovery];
  const draw = drawOf(subject, 30);
  const all = [...USUAL, ...SENSITIVE];
  let place = draw.next() * all.reduce((sum, each) => sum + each.weight(subject), 0);
  for (const each of all) {
    place -= each.weight(subject);
    if (place < 0) return each;
  }
  return at(USUAL, 0);
}

/** Half of what is sensitive says so itself; the other half is found by its codes. */
function statedLabels(draw: Draw, { sensitivity }: Problem): object {
  if (sensitivity === undefined || draw.chance(0.5)) return {};
  const security: Coding[] = [
    { system: `${THO}v3-Confidentiality`, code: 'R', display: 'restricted' },
    { system: `${THO}v3-ActCode`, code: sensitivity },
  ];
  return { meta: { security } };
}

export function conditionResource(subject: Subject): PopulationResource {
  const draw = drawOf(subject, 31);
  const problem = problemOf(subject);
  const active = draw.chance(0.85);
  const { visit, calendar } = subject;
  const recorded = calendar.instant(visit.daysAgo, visit.minuteOfDay + 40);
  return {
    resourceType: 'Condition',
    id: `${subject.id}-c1`,
    ...statedLabels(draw, problem),
    clinicalStatus: concept({
      system: `${THO}condition-clinical`,
      code: active ? 'active' : 'resolved',
    }),
    verificationStatus: concept({ system: `${THO}condition-ver-status`, code: 'confirmed' }),
    category: [
      concept({
        system: `${THO}condition-category`,
        code: draw.chance(0.4) ? 'encounter-diagnosis' : 'problem-list-item',
      }),
    ],
    code: {
      coding: [
        { system: SNOMED, code: problem.snomed, display: problem.text },
        { system: ICD10CM, code: problem.icd10 },
      ],
      text: problem.text,
    },
    subject: aboutPatient(subject),
    encounter: refer('Encounter', visit.id),
    onsetDateTime: calendar.day(visit.daysAgo + 30 + draw.below(2_000)),
    ...(active ? {} : { abatementDateTime: calendar.day(visit.daysAgo) }),
    recordedDate: recorded,
    asserter: refer('Practitioner', subject.own),
  };
}

export function medicationRequest(subject: Subject): PopulationResource {
  const draw = drawOf(subject, 32);
  const problem = problemOf(subject);
  const [code, display] = draw.pick(problem.medications);
  const { visit, calendar } = subject;
  const { recovery } = subject.course;
  const requester =
    recovery === 'none'
      ? subject.own
      : staffId(subject.seed, practiceOf(subject.index), ADDICTION_PHYSICIAN);
  return {
    resourceType: 'MedicationRequest',
    id: `${subject.id}-m1`,
    status: draw.share({ active: 70, completed: 20, stopped: 10 }),
    intent: 'order',
    medicationCodeableConcept: { coding: [{ system: RXNORM, code, display }], text: display },
    subject: aboutPatient(subject),
    encounter: refer('Encounter', visit.id),
    authoredOn: calendar.instant(visit.daysAgo, visit.minuteOfDay + 45),
    requester: refer('Practitioner', requester),
    dosageInstruction: [
      {
        text: draw.pick(['1 tablet daily', '1 tablet twice daily', 'At bedtime', 'Every morning']),
      },
    ],
  };
}
