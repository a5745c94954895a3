import { err, ok, type Result } from '@holdfast/kernel';
import {
  codesOf,
  element,
  type FhirResource,
  isReleasedObservation,
  LOINC,
  SNOMED,
} from '../fhir-reading.ts';
import type { News2Input, News2Parameter } from './news2.ts';
import type { Acvpu } from './news2-table.ts';
import { newestFirst, readingsOf } from './observation-reading.ts';
import { ageAt } from './patient-age.ts';
import {
  type AcceptedUnits,
  CELSIUS,
  LITRES_PER_MINUTE,
  MILLIMETRES_OF_MERCURY,
  PER_MINUTE,
  PERCENT,
  readQuantity,
} from './quantity.ts';
import type { AbsentReason } from './score-output.ts';

/** UK Core ACVPU value set (SNOMED CT), and the one observable it answers. */
const ACVPU: Readonly<Record<string, Acvpu>> = {
  '248234008': 'A',
  '130987000': 'C',
  '300202002': 'V',
  '450847001': 'P',
  '422768004': 'U',
};
const ACVPU_OBSERVABLE = '1104441000000107';
const LEVELS_OF_CONSCIOUSNESS = ['80288-4', '67775-7'];

export const BLOOD_PRESSURE_PANELS = ['85354-9', '55284-4'];
const OXYGEN_CONCENTRATION = '3150-6';
const OXYGEN_FLOW = '3151-8';
/** Room air; anything richer is supplemental oxygen. */
const AIR_PERCENT = 21;

/** Which codes and units hold each number. */
export const NEWS2_NUMBERS: readonly {
  readonly parameter: 'respiration' | 'saturation' | 'systolic' | 'pulse' | 'temperature';
  readonly codes: readonly string[];
  readonly units: AcceptedUnits;
}[] = [
  { parameter: 'respiration', codes: ['9279-1'], units: PER_MINUTE },
  { parameter: 'saturation', codes: ['59408-5', '2708-6'], units: PERCENT },
  { parameter: 'systolic', codes: ['8480-6'], units: MILLIMETRES_OF_MERCURY },
  { parameter: 'pulse', codes: ['8867-4'], units: PER_MINUTE },
  { parameter: 'temperature', codes: ['8310-5'], units: CELSIUS },
];

/** `system|code` tokens of what states how awake the patient is. */
export const CONSCIOUSNESS_TOKENS: readonly string[] = [
  ...LEVELS_OF_CONSCIOUSNESS.map((code) => `${LOINC}|${code}`),
  `${SNOMED}|${ACVPU_OBSERVABLE}`,
];

/** LOINC codes whose Observations NEWS2 reads. */
const NEWS2_LOINC_CODES: readonly string[] = [
  ...NEWS2_NUMBERS.flatMap((row) => row.codes),
  ...BLOOD_PRESSURE_PANELS,
  OXYGEN_CONCENTRATION,
  OXYGEN_FLOW,
  ...LEVELS_OF_CONSCIOUSNESS,
];

/** `system|code` tokens of every Observation NEWS2 reads. */
export const NEWS2_TOKENS: readonly string[] = [
  ...NEWS2_LOINC_CODES.map((code) => `${LOINC}|${code}`),
  `${SNOMED}|${ACVPU_OBSERVABLE}`,
];

export function hasCode(
  node: unknown,
  loinc: readonly string[],
  snomed: readonly string[] = [],
): boolean {
  const concept = element(node, 'code');
  return (
    codesOf(concept, LOINC).some((code) => loinc.includes(code)) ||
    codesOf(concept, SNOMED).some((code) => snomed.includes(code))
  );
}

/** True for a released Observation that carries an input of NEWS2, itself or in a component. */
export function carriesNews2Input(resource: FhirResource): boolean {
  if (!isReleasedObservation(resource)) return false;
  return [...readingsOf(resource)].some(({ node }) =>
    hasCode(node, NEWS2_LOINC_CODES, [ACVPU_OBSERVABLE]),
  );
}

function readLevel(node: unknown): Result<Acvpu, AbsentReason> {
  const codes = codesOf(element(node, 'valueCodeableConcept'), SNOMED);
  const level = codes.map((code) => ACVPU[code]).find((found) => found !== undefined);
  return level === undefined ? err('answer-unknown') : ok(level);
}

function readOxygen(node: unknown): Result<boolean, AbsentReason> {
  const quantity = element(node, 'valueQuantity');
  if (hasCode(node, [OXYGEN_FLOW])) {
    const flow = readQuantity(quantity, LITRES_PER_MINUTE);
    return flow.ok ? ok(flow.value > 0) : flow;
  }
  const percent = readQuantity(quantity, PERCENT);
  return percent.ok ? ok(percent.value > AIR_PERCENT) : percent;
}

/** The patient's newest value of each input, with the resources that gave them. */
export function news2Input(
  resources: readonly FhirResource[],
  context: { readonly atMs: number; readonly saturationScale: 1 | 2 },
): { readonly input: News2Input; readonly used: readonly FhirResource[] } {
  const readings = newestFirst(resources.filter(carriesNews2Input)).flatMap((resource) => [
    ...readingsOf(resource),
  ]);
  const patient = resources.find((resource) => resource.resourceType === 'Patient');
  const used = new Set<FhirResource>(patient === undefined ? [] : [patient]);
  const absent: Partial<Record<News2Parameter, AbsentReason>> = {};
  const take = <Value>(
    parameter: News2Parameter,
    matches: (node: unknown) => boolean,
    read: (node: unknown) => Result<Value, AbsentReason>,
  ): Value | null => {
    const reading = readings.find(({ node }) => matches(node));
    if (reading === undefined) return null;
    used.add(reading.from);
    const value = read(reading.node);
    if (value.ok) return value.value;
    absent[parameter] = value.error;
    return null;
  };
  const numbers = Object.fromEntries(
    NEWS2_NUMBERS.map(({ parameter, codes, units }) => [
      parameter,
      take(
        parameter,
        (node) => hasCode(node, codes),
        (node) => readQuantity(element(node, 'valueQuantity'), units),
      ),
    ]),
  );
  const oxygen = take(
    'oxygen',
    (node) => hasCode(node, [OXYGEN_CONCENTRATION, OXYGEN_FLOW]),
    readOxygen,
  );
  const consciousness = take(
    'consciousness',
    (node) => hasCode(node, LEVELS_OF_CONSCIOUSNESS, [ACVPU_OBSERVABLE]),
    readLevel,
  );
  const input: News2Input = {
    age: ageAt(patient, context.atMs),
    saturationScale: context.saturationScale,
    respiration: numbers['respiration'] ?? null,
    saturation: numbers['saturation'] ?? null,
    oxygen,
    systolic: numbers['systolic'] ?? null,
    pulse: numbers['pulse'] ?? null,
    consciousness,
    temperature: numbers['temperature'] ?? null,
    absent,
  };
  return { input, used: [...used] };
}
