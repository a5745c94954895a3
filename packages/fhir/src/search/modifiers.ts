import type { SearchKind } from './search-parameter.ts';

const CODED = ['CodeableConcept', 'Coding'];
const TEXTED = [...CODED, 'Identifier'];

/**
 * The modifiers a parameter takes (https://hl7.org/fhir/R4/search.html#modifiers).
 * @param types FHIR types of its values: `:of-type` needs identifiers, `:in` codes
 */
export function modifiersOf(kind: SearchKind, types: readonly string[]): readonly string[] {
  const any = (wanted: readonly string[]): boolean => types.some((type) => wanted.includes(type));
  switch (kind) {
    case 'token':
      return [
        'not',
        'missing',
        ...(any(TEXTED) ? ['text'] : []),
        ...(any([...CODED, 'code']) ? ['in', 'not-in', 'above', 'below'] : []),
        ...(any(['Identifier']) ? ['of-type'] : []),
      ];
    case 'string':
      return ['exact', 'contains', 'missing'];
    case 'reference':
      return ['missing', '[type]', ...(any(['Reference']) ? ['identifier'] : [])];
    case 'uri':
      return ['above', 'below', 'missing'];
    case 'date':
    case 'number':
    case 'quantity':
      return ['missing'];
    case 'id':
      return ['not'];
    case 'composite':
    case 'near':
    case 'phonetic':
    case 'lastUpdated':
      return [];
  }
}
