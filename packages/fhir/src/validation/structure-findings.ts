import type { Finding } from './report.ts';

const finding = (
  code: 'structure' | 'value' | 'required',
  diagnostics: string,
  mend: string,
): Finding => ({ code, diagnostics, mend });

export const EMPTY_OBJECT = finding('structure', 'an empty object', 'Fill it or leave it away.');
export const ONLY_ID = finding(
  'structure',
  'an element with nothing but an id',
  'Fill it or leave it away.',
);
export const EMPTY_LIST = finding('structure', 'an empty list', 'Fill it or leave it away.');
export const NOT_A_LIST = finding('structure', 'a list where one value belongs', 'Give one value.');
export const NULL_VALUE = finding(
  'structure',
  'null where a value belongs',
  'Leave the element away.',
);
export const UNEVEN = finding(
  'structure',
  'the list and its _ list differ in length',
  'Give both the same length, with null for what has no value or no extension.',
);
export const SECOND_CHOICE = finding(
  'structure',
  'a second type for a choice that may have one',
  'Keep one of them.',
);
export const UNKNOWN_TYPE = finding(
  'value',
  'no R4 resource type',
  'Set resourceType to the name of an R4 resource.',
);
export const TOO_DEEP = finding(
  'structure',
  'nested too deeply',
  'Nest extensions and items less deeply.',
);

export const wrongKind = (expected: string): Finding =>
  finding('structure', `not ${expected}`, `Give ${expected}.`);

export const missing = (least: number): Finding =>
  finding('required', `needs at least ${least}`, 'Add the element; it is required.');

export const unknownElement = (holder: string): Finding =>
  finding(
    'structure',
    `not an element of ${holder}`,
    'Correct the name, remove it, or carry it in an extension.',
  );
