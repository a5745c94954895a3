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

export function partsOf(row: SearchRow): Parts {
  const parts = row.parts ?? [];
  const correct = Object.hasOwn(CORRECTED, row.code) ? CORRECTED[row.code] : undefined;
  return correct === undefined ? parts : correct(parts);
}
