/**
 * Everything a consent can state that this engine cannot decide yet, in one place. A provision
 * that states (or inherits) one denies within the rest of its scope, and the consent is listed.
 * Taking a row out of here is how the engine widens; the class format's version must then rise.
 */
export const UNENFORCEABLE_CONSTRUCTS = {
  'actor-without-reference': 'an actor named by role, identifier or contained resource only',
  'action-unknown': 'an action outside the FHIR consent action codes',
  'label-unknown': 'a security label of an unknown system or code (A18)',
  'purpose-without-code': 'a purpose without a code',
  'class-not-a-type': 'a class that is a profile, category or document type (A19)',
  code: 'a clinical code: rows carry no codes',
  'data-period': 'a data period: rows carry no clinical time',
  'data-related': 'data named by relation, dependence or author, not as an instance',
  'data-without-reference': 'data without a literal Type/id reference',
  'period-invalid': 'a period that is not a date range',
  'modifier-extension': 'a modifier extension, which may change anything',
  malformed: 'a provision or a type that is not what FHIR R4 allows',
  'too-many-values': 'more values in one attribute than the limit',
} as const;

export type UnenforceableConstruct = keyof typeof UNENFORCEABLE_CONSTRUCTS;
