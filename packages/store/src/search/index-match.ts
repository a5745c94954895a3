import type { Criterion, QuantityValue, RowsOf } from '@holdfast/fhir';
import { indexedCode } from '../indexed-text.ts';
import { compositeMatch } from './composite-sql.ts';
import { nearMatch } from './near-sql.ts';
import { dateMatch, numberMatch } from './range-sql.ts';
import { or, type StatementContext, systemNumber } from './search-context.ts';
import { startsWith, stringMatch } from './string-sql.ts';
import { tokenMatch } from './token-sql.ts';

const TABLES = {
  token: 'token_index',
  string: 'string_index',
  date: 'date_index',
  reference: 'reference_index',
  number: 'quantity_index',
  quantity: 'quantity_index',
  uri: 'uri_index',
  composite: 'composite_index',
  near: 'position_index',
} as const satisfies Record<RowsOf['kind'], string>;

export const indexTable = (kind: RowsOf['kind']): string => TABLES[kind];

/** Criteria that compare values with the rows of one index table. */
export type ValueCriterion = Extract<
  Criterion,
  { kind: 'token' | 'string' | 'date' | 'number' | 'quantity' | 'uri' | 'composite' | 'near' }
>;

/** Rows of one parameter in one table, and when one of them matches. */
export interface IndexMatch {
  readonly table: string;
  readonly param: string;
  readonly match: (x: string) => string;
}

/**
 * Where a criterion's values are looked up: one place, or two where some values are in canonical
 * units and others as written. Modifier `:not` is the caller's.
 */
export function valueMatches(criterion: ValueCriterion, context: StatementContext): IndexMatch[] {
  const { bind } = context;
  const { param, kind } = criterion;
  const table = indexTable(kind);
  switch (kind) {
    case 'token':
      return [{ table, param, match: (x) => tokenMatch(criterion.values, x, context) }];
    case 'string':
      return [
        {
          table,
          param,
          match: (x) => stringMatch(criterion.values, criterion.modifier, { x, bind }),
        },
      ];
    case 'date':
      return [
        {
          table,
          param,
          match: (x) =>
            or(
              criterion.values.map((value) =>
                dateMatch(value, { low: `${x}.start_at`, high: `${x}.end_at` }, bind),
              ),
            ),
        },
      ];
    case 'number':
      return [
        {
          table,
          param,
          match: (x) =>
            or(criterion.values.map((value) => numberMatch(value, lowAndHigh(x), bind))),
        },
      ];
    case 'uri':
      return [
        { table, param, match: (x) => uriMatch(criterion.values, criterion.modifier, { x, bind }) },
      ];
    case 'near':
      return [{ table, param, match: (x) => nearMatch(criterion.values, x, bind) }];
    case 'quantity':
      return byUnits(criterion.values, (value) => value.canonical === true).map(
        ({ canonical, values }) => ({
          table,
          param: canonical ? `${param}:canonical` : param,
          match: (x) => or(values.map((value) => quantityMatch(value, x, context))),
        }),
      );
    case 'composite':
      return byUnits(criterion.values, ({ parts }) =>
        parts.some((part) => part.kind === 'quantity' && part.value.canonical === true),
      ).map(({ canonical, values }) => ({
        table,
        param: canonical ? `${param}:canonical` : param,
        match: (x) => compositeMatch(values, x, context),
      }));
  }
}

const lowAndHigh = (x: string) => ({ low: `${x}.low`, high: `${x}.high` });

function quantityMatch(
  { code, system, ...value }: QuantityValue,
  x: string,
  context: StatementContext,
): string {
  const { bind } = context;
  const parts: string[] = [];
  if (code !== undefined) parts.push(`${x}.unit = ${bind(indexedCode(code))}`);
  if (system !== undefined) parts.push(`${x}.system = ${bind(systemNumber(system, context))}`);
  parts.push(numberMatch(value, lowAndHigh(x), bind));
  return `(${parts.join(' and ')})`;
}

function byUnits<Value>(
  values: readonly Value[],
  isCanonical: (value: Value) => boolean,
): { readonly canonical: boolean; readonly values: readonly Value[] }[] {
  return [true, false].flatMap((canonical) => {
    const some = values.filter((value) => isCanonical(value) === canonical);
    return some.length === 0 ? [] : [{ canonical, values: some }];
  });
}

function uriMatch(
  values: readonly string[],
  modifier: 'below' | undefined,
  { x, bind }: { readonly x: string; readonly bind: StatementContext['bind'] },
): string {
  const cut = values.map(indexedCode);
  const same = `${x}.uri = any(${bind(cut)}::text[])`;
  if (modifier === undefined) return same;
  return or([same, ...cut.map((uri) => startsWith(`${x}.uri`, `${uri}/`, bind))]);
}
