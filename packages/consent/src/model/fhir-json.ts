/** FHIR JSON as it arrives: nothing about its shape is taken for granted. */
export type FhirRecord = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is FhirRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

export interface Coding {
  readonly system: string;
  readonly code: string;
}

/** A coding with its code; undefined where it has none. A missing system is the empty string. */
export function codingOf(value: unknown): Coding | undefined {
  const code = isRecord(value) ? textOf(value['code']) : undefined;
  if (!isRecord(value) || code === undefined) return undefined;
  return { system: textOf(value['system']) ?? '', code };
}

/** The codings of a CodeableConcept. */
export function codingsOf(concept: unknown): readonly Coding[] {
  return listOf(isRecord(concept) ? concept['coding'] : undefined).flatMap((each) => {
    const coding = codingOf(each);
    return coding === undefined ? [] : [coding];
  });
}

/** `Type/id` of a literal reference without its version; undefined for any other reference. */
export function referenceOf(value: unknown): string | undefined {
  const literal = isRecord(value) ? textOf(value['reference']) : undefined;
  if (literal === undefined || literal.startsWith('#')) return undefined;
  return literal.replace(/\/_history\/[^/]+$/, '');
}
