import {
  clinicalInstant,
  codingsOf,
  element,
  type FhirResource,
  listElement,
} from '../fhir-reading.ts';

/** A value-carrying node: the Observation itself or one of its components. */
export interface Reading {
  readonly node: unknown;
  readonly from: FhirResource;
}

export function* readingsOf(resource: FhirResource): Generator<Reading> {
  yield { node: resource, from: resource };
  for (const node of listElement(resource, 'component')) yield { node, from: resource };
}

/** True where the node is coded by one of the tokens, each `system|code`. */
export function hasToken(node: unknown, tokens: readonly string[]): boolean {
  return codingsOf(element(node, 'code')).some(({ system, code }) =>
    tokens.includes(`${system ?? ''}|${code ?? ''}`),
  );
}

/** Only the newest counts, even if it can't be read; an older value is not the patient's now. */
export function newestFirst(resources: readonly FhirResource[]): FhirResource[] {
  return resources.toSorted((a, b) => (clinicalInstant(b) ?? 0) - (clinicalInstant(a) ?? 0));
}
