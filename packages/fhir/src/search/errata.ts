import type { SearchRow } from '../definitions.ts';

type Parts = NonNullable<SearchRow['parts']>;

/**
 * Composite definitions of R4 4.0.1 that cannot mean what they say, by code:
 * - `code-value-date` casts to `DateTime`, which is no type;
 * - `relationship` gives its reference part the path of the token and the reverse.
 */
const CORRECTED: Readonly<Record<string, (parts: Parts) => Parts>> = {
  'code-value-date': (parts) =>
    parts.map(({ url, path }) => ({ url, path: path.replace('DateTime', 'dateTime') })),
  relationship: (parts) =>
    parts.map(({ url }, i) => ({ url, path: parts[parts.length - 1 - i]?.path ?? '' })),
};

/**
 * Paths that say less than they mean:
 * - `valueDateTime` is no FHIRPath name, a choice is `value`;
 * - US Core's race and ethnicity go through whatever types a value may have to its `code`, and
 *   gender identity to the bare code, which loses the system.
 */
const REPLACED: readonly (readonly [path: string, by: string])[] = [
  ['.valueDateTime', '.value.ofType(dateTime)'],
  ['.extension.value.code', '.extension.value.ofType(Coding)'],
  ['.value.coding.code', '.value.ofType(CodeableConcept)'],
];

/** The path of a parameter as it must be meant; undefined where the definition has none. */
export function expressionOf({ expression }: SearchRow): string | undefined {
  return REPLACED.reduce((text, [path, by]) => text?.replace(path, by), expression);
}

export function partsOf(row: SearchRow): Parts {
  const parts = row.parts ?? [];
  const correct = Object.hasOwn(CORRECTED, row.code) ? CORRECTED[row.code] : undefined;
  return correct === undefined ? parts : correct(parts);
}
