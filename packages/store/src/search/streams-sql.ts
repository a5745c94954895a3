import type { Criterion } from '@holdfast/fhir';
import { isCombined } from '../combined-parameters.ts';
import { SEARCH_STREAMS_MAX } from '../limits.ts';
import { referenceGroups, targetKeys } from './reference-sql.ts';
import { ofParameter, type RowContext, withParameter } from './search-context.ts';
import type { Source } from './source.ts';
import { pairRows, tokenGroups } from './token-sql.ts';

/** The row that an index entry `lead` belongs to; the barrier keeps the entries' order. */
const LEAD_ROW = `cross join lateral (select t.* from resource t
  where t.tenant = $1 and t.key = lead.resource offset 0) r`;

/**
 * A source that runs along the index entries of a criterion's values, newest main date first (or
 * last): a page stops early however many resources have the value. For tokens, references and uris
 * compared as a whole, up to SEARCH_STREAMS_MAX of them; each value is a stream of its own.
 */
export function streamOf(criterion: Criterion, context: RowContext): Source | undefined {
  switch (criterion.kind) {
    case 'token':
      // Two parameters are two orders.
      if (context.types.some((type) => isCombined(type, criterion.param))) return undefined;
      return criterion.modifier === 'not' ? undefined : tokenStream(criterion, context, undefined);
    case 'reference':
      return referenceStream(criterion, context);
    case 'uri':
      return criterion.modifier === 'below' ? undefined : uriStream(criterion, context);
    default:
      return undefined;
  }
}

function stream(
  table: string,
  parameter: string,
  { where, each }: { readonly where: readonly string[]; readonly each?: string },
): Omit<Source, 'implied'> {
  return {
    ...(each !== undefined && { each }),
    from: `${table} lead ${LEAD_ROW}`,
    where: ['lead.tenant = $1', parameter, ...where],
    at: 'lead.at',
    key: 'lead.resource',
  };
}

/**
 * @param patient SQL of a patient's key, for rows that carry it: the entries of that patient alone
 */
export function tokenStream(
  criterion: Extract<Criterion, { kind: 'token' }>,
  context: RowContext,
  patient: string | undefined,
): Source | undefined {
  const { bind } = context;
  const { pairs, codes, systems } = tokenGroups(criterion.values, context);
  if (systems.length > 0 || pairs.length + codes.length > SEARCH_STREAMS_MAX) return undefined;
  // Along `token_patient`, which spells the parameter otherwise than `token_value`.
  const parameter =
    patient === undefined
      ? withParameter('lead', criterion.param, context)
      : ofParameter('lead', criterion.param, context);
  const owner = patient === undefined ? [] : [`lead.patient = ${patient}`];
  const [pair] = pairs;
  if (pair !== undefined && pairs.length === 1 && codes.length === 0) {
    const value = [`lead.code = ${bind(pair.code)}`, `lead.system = ${bind(pair.system)}`];
    return {
      ...stream('token_index', parameter, { where: [...owner, ...value] }),
      implied: criterion,
    };
  }
  const rows: string[] = [];
  if (pairs.length > 0) rows.push(`select v.code, v.system from ${pairRows(pairs, context)}`);
  if (codes.length > 0) rows.push(systemsOfCodes(codes, criterion.param, { context, patient }));
  const parts = {
    where: [...owner, 'lead.code = each.code', 'lead.system = each.system'],
    each: `(${rows.join(' union ')}) each`,
  };
  return { ...stream('token_index', parameter, parts), implied: criterion };
}

/** Each system that a code stands in, found by one descent a system. */
function systemsOfCodes(
  codes: readonly string[],
  param: string,
  { context, patient }: { context: RowContext; patient: string | undefined },
): string {
  const where =
    patient === undefined
      ? withParameter('x', param, context)
      : `${ofParameter('x', param, context)} and x.patient = ${patient}`;
  const first = (more: string): string => `(select x.system from token_index x
    where x.tenant = $1 and ${where} and x.code = c.code ${more} order by x.system limit 1)`;
  return `select c.code, s.system from unnest(${context.bind(codes)}::text[]) as c(code)
    cross join lateral (
      with recursive known(system) as (
        ${first('')}
        union all
        select ${first('and x.system > known.system')} from known where known.system is not null)
      select known.system from known where known.system is not null) s`;
}

function referenceStream(
  criterion: Extract<Criterion, { kind: 'reference' }>,
  context: RowContext,
): Source | undefined {
  const { patients, locals, uris } = referenceGroups(criterion.param, criterion.values);
  if (patients.length > 0 || uris.length > 0 || locals.length > SEARCH_STREAMS_MAX)
    return undefined;
  const keys = targetKeys(locals, context);
  const several = locals.length > 1;
  const parts = {
    where: [several ? 'lead.target = each.target' : `lead.target = ${keys}`],
    ...(several && {
      each: `(select target from unnest(${keys.slice('any'.length)}) as e(target)) each`,
    }),
  };
  const parameter = withParameter('lead', criterion.param, context);
  return { ...stream('reference_index', parameter, parts), implied: criterion };
}

function uriStream(
  criterion: Extract<Criterion, { kind: 'uri' }>,
  context: RowContext,
): Source | undefined {
  if (criterion.values.length > SEARCH_STREAMS_MAX) return undefined;
  const parts = {
    where: ['lead.uri = each.uri'],
    each: `unnest(${context.bind(criterion.values)}::text[]) as each(uri)`,
  };
  return stream('uri_index', withParameter('lead', criterion.param, context), parts);
}
