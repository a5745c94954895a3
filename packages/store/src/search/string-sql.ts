import type { StringValue } from '@holdfast/fhir';
import type { Bind } from '../access-gate.ts';
import { indexedString, splitFolded } from '../indexed-text.ts';
import { or } from './search-context.ts';

/** U+10FFFF sorts after all text. */
const LAST = '\u{10FFFF}';

/** Holds where the row `x` of `string_index` matches one of the values. */
export function stringMatch(
  values: readonly StringValue[],
  modifier: 'exact' | 'contains' | undefined,
  { x, bind }: { readonly x: string; readonly bind: Bind },
): string {
  return or(
    values.map((value) => {
      const { head, tail } = splitFolded(value.folded);
      if (modifier === 'exact') {
        return `(${x}.folded = ${bind(head)} and ${x}.exact = ${bind(indexedString(value.exact))})`;
      }
      if (modifier === 'contains') {
        return `position(${bind(indexedString(value.folded))} in ${x}.folded || ${x}.tail) > 0`;
      }
      if (tail === '') return startsWith(`${x}.folded`, head, bind);
      return `(${x}.folded = ${bind(head)} and ${startsWith(`${x}.tail`, tail, bind)})`;
    }),
  );
}

/** Range operators, not LIKE: a plan that is kept would lose the index. */
export const startsWith = (column: string, prefix: string, bind: Bind): string =>
  `(${column} >= ${bind(prefix)} and ${column} < ${bind(`${prefix}${LAST}`)})`;
