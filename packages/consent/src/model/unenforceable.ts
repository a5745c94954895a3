/**
 * Everything a consent can state that cannot be decided, in one place: what has no meaning that a
 * program could look up. A provision that states (or inherits) one denies within the rest of its
 * scope, and the consent is listed.
 */
export const UNENFORCEABLE_CONSTRUCTS = {
  'actor-without-reference': 'an actor without a literal reference or an identifier',
  'action-unknown': 'an action outside the FHIR consent action codes',
  'label-unknown': 'a security label of an unknown system or code (A18)',
  'purpose-without-code': 'a purpose without a code',
  'class-unknown': 'a class without a system, or a resource type that does not exist (A19)',
  'code-without-coding': 'a clinical code without system and code',
  'data-without-reference': 'data without a literal Type/id reference, or of an unknown meaning',
  'period-invalid': 'a period that is not a date range',
  expression: 'an expression (R5), whose result depends on more than the data and the request',
  'modifier-extension': 'a modifier extension, which may change anything',
  malformed: 'a provision or a type that is not what FHIR R4 allows',
  'too-many-values': 'more values in one attribute than the limit',
} as const;

export type UnenforceableConstruct = keyof typeof UNENFORCEABLE_CONSTRUCTS;
