import { type FhirRecord, isRecord, listOf, textOf } from '../model/fhir-json.ts';
import { instantsOf } from '../model/fhir-time.ts';

/**
 * At what age a guardian's access ends, by the two-letter code of the state or territory of the
 * patient's home address. Where none is listed it is 18, as in all other states. Ala. Code 26-1-1,
 * Neb. Rev. Stat. 43-2101, Miss. Code 1-3-27, 31 L.P.R.A. 971.
 */
const AGE_BY_STATE: ReadonlyMap<string, number> = new Map([
  ['AL', 19],
  ['NE', 19],
  ['MS', 21],
  ['PR', 21],
]);
const AGE = 18;

/**
 * The instant a patient comes of age, ms since 1970, UTC; undefined without a birth date. Of a birth
 * date that names a month or year only, the earliest day counts: access ends rather early than late.
 */
export function comesOfAge(patient: FhirRecord): number | undefined {
  const born = instantsOf(patient['birthDate']);
  if (born === undefined) return undefined;
  const states = listOf(patient['address']).flatMap((each) =>
    isRecord(each) ? (textOf(each['state'])?.toUpperCase() ?? []) : [],
  );
  const ages = states.flatMap((state) => AGE_BY_STATE.get(state) ?? AGE);
  const date = new Date(born.from);
  return date.setUTCFullYear(
    date.getUTCFullYear() + Math.min(AGE_MAX, ...(ages.length > 0 ? ages : [AGE])),
  );
}

const AGE_MAX = 21;
