import {
  clinicalInstant,
  element,
  type FhirResource,
  isReleasedObservation,
  LOINC,
} from '../../fhir-reading.ts';
import { hasCode, NEWS2_NUMBERS, NEWS2_TOKENS, news2Input } from '../../scores/news2-fhir.ts';
import { readingsOf } from '../../scores/observation-reading.ts';
import { type AcceptedUnits, readQuantity } from '../../scores/quantity.ts';
import {
  type DeteriorationInput,
  type Laboratory,
  ROUND_HOURS,
  summarise,
  type TimedValue,
  type Vital,
  WINDOW_HOURS,
} from './input.ts';

const same = (value: number): number => value;
/** Molar mass of creatinine 113.12 g/mol. */
const MICROMOLES_IN_MILLIGRAM_PER_DECILITRE = 88.4;

const LABORATORY_ROWS: readonly {
  readonly name: Laboratory;
  readonly codes: readonly string[];
  readonly units: AcceptedUnits;
}[] = [
  { name: 'lactate', codes: ['2524-7', '32693-4'], units: { 'mmol/L': same } },
  {
    name: 'creatinine',
    codes: ['2160-0', '14682-9'],
    units: { 'mg/dL': same, 'umol/L': (value) => value / MICROMOLES_IN_MILLIGRAM_PER_DECILITRE },
  },
  {
    name: 'leucocytes',
    codes: ['6690-2', '26464-8'],
    units: { '10*3/uL': same, '10*9/L': same },
  },
];

const ROWS: readonly {
  readonly name: Vital | Laboratory;
  readonly codes: readonly string[];
  readonly units: AcceptedUnits;
}[] = [
  ...NEWS2_NUMBERS.map(({ parameter, codes, units }) => ({ name: parameter, codes, units })),
  ...LABORATORY_ROWS,
];

/** `system|code` tokens of every Observation that the model reads. */
export const DETERIORATION_TOKENS: readonly string[] = [
  ...NEWS2_TOKENS,
  ...LABORATORY_ROWS.flatMap(({ codes }) => codes.map((code) => `${LOINC}|${code}`)),
];

const HOUR_MS = 3_600_000;

/** The input at an instant, and the resources that gave it. */
export function deteriorationInput(
  resources: readonly FhirResource[],
  context: { readonly atMs: number; readonly saturationScale: 1 | 2 },
): { readonly input: DeteriorationInput; readonly used: readonly FhirResource[] } {
  const { atMs } = context;
  const age = (resource: FhirResource): number => atMs - (clinicalInstant(resource) ?? atMs);
  const isPresent = (resource: FhirResource): boolean =>
    resource.resourceType === 'Patient' ||
    (age(resource) >= 0 && age(resource) <= ROUND_HOURS * HOUR_MS);
  const present = news2Input(resources.filter(isPresent), context);
  const used = new Set<FhirResource>(present.used);
  const values: TimedValue[] = [];
  for (const resource of resources.filter(isReleasedObservation)) {
    if (age(resource) < 0 || age(resource) > WINDOW_HOURS * HOUR_MS) continue;
    const read = valuesOf(resource, atMs - age(resource));
    if (read.length > 0) used.add(resource);
    values.push(...read);
  }
  return { input: { ...present.input, ...summarise(values, atMs) }, used: [...used] };
}

function valuesOf(resource: FhirResource, atMs: number): TimedValue[] {
  return [...readingsOf(resource)].flatMap(({ node }) =>
    ROWS.flatMap(({ name, codes, units }) => {
      if (!hasCode(node, codes)) return [];
      const quantity = readQuantity(element(node, 'valueQuantity'), units);
      return quantity.ok ? [{ name, atMs, value: quantity.value }] : [];
    }),
  );
}
