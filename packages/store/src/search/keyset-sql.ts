import type { Bind } from '../access-gate.ts';
import type { Position } from './cursor.ts';
import type { PageOrder } from './sort-sql.ts';

interface Step {
  readonly expression: string;
  /** Placeholder with its cast; undefined where the position has no such value. */
  readonly value: string | undefined;
  readonly descending: boolean;
}

/**
 * Rows after a position: the lexicographic comparison, term by term, the storage key last. A row
 * without a value comes after every row that has one.
 */
export function afterPosition(
  { terms }: PageOrder,
  position: Position,
  sql: { readonly column: (i: number) => string; readonly key: string; readonly bind: Bind },
): string {
  const { column, key, bind } = sql;
  const steps: Step[] = terms.map(({ cast, descending }, i) => {
    const value = position.values[i];
    const known = value !== undefined && value !== null;
    return {
      expression: column(i),
      descending,
      value: known ? `${bind(value)}::${cast}` : undefined,
    };
  });
  steps.push({
    expression: key,
    descending: terms.at(-1)?.descending ?? false,
    value: `${bind(position.key)}::bigint`,
  });
  const alternatives = steps.flatMap((step, i) => {
    const beyond = beyondStep(step, i === steps.length - 1);
    return beyond === undefined ? [] : [[...steps.slice(0, i).map(same), beyond].join(' and ')];
  });
  return `(${alternatives.map((all) => `(${all})`).join(' or ')})`;
}

const same = ({ expression, value }: Step): string =>
  value === undefined ? `${expression} is null` : `${expression} = ${value}`;

function beyondStep(
  { expression, value, descending }: Step,
  neverNull: boolean,
): string | undefined {
  if (value === undefined) return undefined;
  const further = `${expression} ${descending ? '<' : '>'} ${value}`;
  return neverNull ? further : `(${further} or ${expression} is null)`;
}

/** The same for a column and a key that an index runs along: one comparison it can start from. */
export function afterAlong(
  [value, key]: readonly [string, string],
  order: { readonly column: string; readonly key: string; readonly cast: string },
  { descending, bind }: { readonly descending: boolean; readonly bind: Bind },
): string {
  return `(${order.column}, ${order.key}) ${descending ? '<' : '>'} (${bind(value)}::${order.cast}, ${bind(key)}::bigint)`;
}
