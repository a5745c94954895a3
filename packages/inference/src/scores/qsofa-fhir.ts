import {
  element,
  type FhirResource,
  isReleasedObservation,
  LOINC,
  numberElement,
} from '../fhir-reading.ts';
import { BLOOD_PRESSURE_PANELS, CONSCIOUSNESS_TOKENS, news2Input } from './news2-fhir.ts';
import { hasToken, newestFirst, readingsOf } from './observation-reading.ts';
import type { QsofaInput, QsofaParameter } from './qsofa.ts';
import { readQuantity, SCORE_POINTS } from './quantity.ts';
import type { AbsentReason } from './score-output.ts';

const GLASGOW_COMA_SCALE = `${LOINC}|9269-2`;
/** Fully awake on the Glasgow Coma Scale. */
const AWAKE = 15;

/** `system|code` tokens of every Observation qSOFA reads. */
export const QSOFA_TOKENS: readonly string[] = [
  ...['9279-1', '8480-6', ...BLOOD_PRESSURE_PANELS].map((code) => `${LOINC}|${code}`),
  ...CONSCIOUSNESS_TOKENS,
  GLASGOW_COMA_SCALE,
];

/** True for a released Observation that carries an input of qSOFA, itself or in a component. */
export function carriesQsofaInput(resource: FhirResource): boolean {
  if (!isReleasedObservation(resource)) return false;
  return [...readingsOf(resource)].some(({ node }) => hasToken(node, QSOFA_TOKENS));
}

interface ComaScale {
  readonly points: number | null;
  readonly absent: AbsentReason | null;
  readonly used: readonly FhirResource[];
}

/** Only the newest counts, even if it can't be read. */
function comaScale(resources: readonly FhirResource[]): ComaScale {
  const isScale = (resource: FhirResource): boolean =>
    isReleasedObservation(resource) && hasToken(resource, [GLASGOW_COMA_SCALE]);
  const newest = newestFirst(resources.filter(isScale))[0];
  if (newest === undefined) return { points: null, absent: null, used: [] };
  const whole = numberElement(newest, 'valueInteger');
  if (whole !== undefined) return { points: whole, absent: null, used: [newest] };
  const value = readQuantity(element(newest, 'valueQuantity'), SCORE_POINTS);
  return value.ok
    ? { points: value.value, absent: null, used: [newest] }
    : { points: null, absent: value.error, used: [newest] };
}

/** The patient's newest value of each input, with the resources that gave them. */
export function qsofaInput(
  resources: readonly FhirResource[],
  atMs: number,
): { readonly input: QsofaInput; readonly used: readonly FhirResource[] } {
  const own = resources.filter(
    (resource) => resource.resourceType === 'Patient' || carriesQsofaInput(resource),
  );
  const vitals = news2Input(own, { atMs, saturationScale: 1 });
  const { age, respiration, systolic, consciousness } = vitals.input;
  const scale = comaScale(own);
  const known = consciousness !== null || scale.points !== null;
  const altered =
    (consciousness !== null && consciousness !== 'A') ||
    (scale.points !== null && scale.points < AWAKE);
  const absent: Partial<Record<QsofaParameter, AbsentReason>> = {};
  const reasons = vitals.input.absent;
  if (reasons.respiration !== undefined) absent.respiration = reasons.respiration;
  if (reasons.systolic !== undefined) absent.systolic = reasons.systolic;
  const mentation = reasons.consciousness ?? scale.absent;
  if (mentation !== null) absent.mentation = mentation;
  return {
    input: { age, respiration, systolic, altered: known ? altered : null, absent },
    used: [...vitals.used, ...scale.used],
  };
}
