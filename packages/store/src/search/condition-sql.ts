import { type Criterion, mainDateParameter, type RowsOf } from '@holdfast/fhir';
import { storeFault } from '../errors.ts';
import { timestamp } from '../index-rows.ts';
import { indexTable, valueMatches } from './index-match.ts';
import { chainSql, compartmentSql, hasSql } from './link-sql.ts';
import { dateMatch, updatedMatch } from './range-sql.ts';
import { ownerBit, patientKeys, referenceGroups, targetKeys } from './reference-sql.ts';
import { ofParameter, ofTypes, or, type RowContext } from './search-context.ts';

/**
 * A boolean SQL expression over the context's row that holds where the criterion does. Every question
 * to an index table is a scalar sub-select by the row's key: one descent, and nothing that a planner
 * could turn into a join that loses the order of the rows.
 */
export function conditionSql(criterion: Criterion, context: RowContext): string {
  const { bind, row } = context;
  switch (criterion.kind) {
    case 'id': {
      const named = `${row}.id = any(${bind(criterion.values)}::text[])`;
      return criterion.modifier === 'not' ? `not ${named}` : named;
    }
    case 'lastUpdated':
      return or(criterion.values.map((value) => updatedMatch(value, `${row}.updated`, bind)));
    case 'careDates': {
      const [start, end] = [bind(timestamp(criterion.start)), bind(timestamp(criterion.end))];
      return `(${row}.at_end = '-infinity' or ${row}.at_end > ${start}::timestamptz and ${row}.at < ${end}::timestamptz)`;
    }
    case 'date':
      return dateSql(criterion, context);
    case 'reference':
      return referenceSql(criterion, context);
    case 'missing':
      return missingSql(criterion, context);
    case 'chain':
      return chainSql(criterion, context, conditionSql);
    case 'has':
      return hasSql(criterion, context, conditionSql);
    case 'compartment':
      return compartmentSql(criterion, context, conditionSql);
    case 'valueSet':
    case 'subsumption':
      throw storeFault('STORE_SEARCH_UNSUPPORTED', {
        expression: [criterion.param],
        diagnostics: `${criterion.param}:${criterion.modifier} was not expanded into codes.`,
      });
    default: {
      const any = or(
        valueMatches(criterion, context).map(({ table, param, match }) =>
          probe(table, { param, match }, context),
        ),
      );
      return criterion.kind === 'token' && criterion.modifier === 'not' ? `not ${any}` : any;
    }
  }
}

/** Whether the row has an index row of the parameter that matches. */
function probe(
  table: string,
  { param, match }: { readonly param: string; readonly match: (x: string) => string },
  context: RowContext,
): string {
  const x = context.fresh();
  return `((select true from ${table} ${x}
    where ${x}.tenant = $1 and ${x}.resource = ${context.row}.key
    and ${ofParameter(x, param, context)} and ${match(x)} limit 1) is true)`;
}

function dateSql(criterion: Criterion & { kind: 'date' }, context: RowContext): string {
  const { bind, row, types } = context;
  const { param, values } = criterion;
  const onRow = types.filter((type) => mainDateParameter(type) === param);
  const own = () =>
    `(${row}.at_end > '-infinity' and ${or(
      values.map((value) => dateMatch(value, { low: `${row}.at`, high: `${row}.at_end` }, bind)),
    )})`;
  if (onRow.length === types.length) return own();
  const indexed = or(
    valueMatches(criterion, context).map(({ table, match }) =>
      probe(table, { param, match }, context),
    ),
  );
  return onRow.length === 0 ? indexed : `(${ofTypes(onRow, context)} and ${own()} or ${indexed})`;
}

function referenceSql(criterion: Criterion & { kind: 'reference' }, context: RowContext): string {
  const { row } = context;
  const { param, values } = criterion;
  const { patients, locals, uris } = referenceGroups(param, values);
  const parts: string[] = [];
  if (patients.length > 0) {
    parts.push(
      `(${row}.patient = ${patientKeys(patients, context)} and ${row}.owner_by & ${ownerBit(param)} <> 0)`,
    );
  }
  if (locals.length > 0) {
    const keys = targetKeys(locals, context);
    parts.push(probe('reference_index', { param, match: (x) => `${x}.target = ${keys}` }, context));
  }
  if (uris.length > 0) {
    const list = context.bind(uris);
    parts.push(
      probe('uri_index', { param, match: (x) => `${x}.uri = any(${list}::text[])` }, context),
    );
  }
  return or(parts);
}

function missingSql(criterion: Criterion & { kind: 'missing' }, context: RowContext): string {
  const { rows, missing } = criterion;
  if (rows.length === 0) return missing ? 'false' : 'true';
  const present = or(rows.flatMap((of) => presentSql(of, context)));
  return missing ? `not ${present}` : present;
}

function presentSql({ kind, param }: RowsOf, context: RowContext): string[] {
  const { row, types } = context;
  const any = (table: string): string => probe(table, { param, match: () => 'true' }, context);
  if (kind === 'reference') {
    const bit = ownerBit(param);
    const owner = bit === 0 ? [] : [`${row}.owner_by & ${bit} <> 0`];
    return [...owner, any('reference_index'), any('uri_index')];
  }
  if (kind !== 'date') return [any(indexTable(kind))];
  const onRow = types.filter((type) => mainDateParameter(type) === param);
  const own = `(${row}.at_end > '-infinity' and ${ofTypes(onRow, context)})`;
  const indexed = onRow.length === types.length ? [] : [any('date_index')];
  return onRow.length === 0 ? indexed : [own, ...indexed];
}
