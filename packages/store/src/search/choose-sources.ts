import { type Criterion, compartmentParameters, typeCode } from '@holdfast/fhir';
import { SELECTIVE_PARAMETERS } from '../index-rows.ts';
import { SEARCH_CANDIDATES_MAX } from '../limits.ts';
import { ownerSuffices } from '../owner-parameters.ts';
import { candidatesSql } from './candidates-sql.ts';
import { gatherSource } from './gather.ts';
import { withinDates } from './main-date-bounds.ts';
import { patientKeys, referenceGroups } from './reference-sql.ts';
import { readsHidden } from './refuse-hidden.ts';
import { ofTypes, type RowContext, withParameter } from './search-context.ts';
import type { PageOrder } from './sort-sql.ts';
import type { Source, Sources } from './source.ts';
import { streamOf, tokenStream } from './streams-sql.ts';

/**
 * Where the rows of a search come from. The choice is made by the search's shape and, where that
 * does not say how rare a value is, by counting up to SEARCH_CANDIDATES_MAX of its index entries in
 * the statement itself: few are gathered and sorted, many are left to a walk in page order that asks
 * each row. So a page costs about the same whether a value is rare or common, and no plan hangs on
 * statistics.
 *
 * Which way is taken may be seen in the time an answer needs, never in the answer.
 */
export function chooseSources(
  criteria: readonly Criterion[],
  order: PageOrder,
  context: RowContext,
): Sources {
  const byId = criteria.find((c) => c.kind === 'id' && c.modifier === undefined);
  const ids = byId && candidatesSql(byId, context);
  if (ids !== undefined) return gathered(ids, order, context);
  const patient = patientSources(criteria, order, context);
  if (patient !== undefined) return patient;

  const parts = { order, context };
  const stream = order.along === 'main-date' ? bestStream(criteria, context) : undefined;
  const limit = stream === undefined ? Number.POSITIVE_INFINITY : stream.rank;
  const rare = bestCandidates(criteria, context, limit);
  const inOrder = withinDates(stream?.sources ?? walk(order, context), criteria, parts);
  if (rare === undefined) return inOrder;
  // Without an index that runs in page order every match is read anyway.
  if (order.along === null) return gathered(rare, order, context);
  return fewOrElse(rare, inOrder, parts);
}

/** The same for a count, where nothing stops early. */
export function chooseCountSources(criteria: readonly Criterion[], context: RowContext): Sources {
  return chooseSources(criteria, { along: null, terms: [] }, context);
}

const gathered = (candidates: string, order: PageOrder, context: RowContext): Sources => ({
  ctes: [],
  sources: [gatherSource(`(select distinct c.key from (${candidates}) c)`, order, context)],
  overlap: false,
});

function fewOrElse(
  candidates: string,
  otherwise: Sources,
  { order, context }: { readonly order: PageOrder; readonly context: RowContext },
): Sources {
  const max = context.bind(SEARCH_CANDIDATES_MAX);
  const isFew = `(select count(*) <= ${max} from candidate)`;
  return {
    ctes: [
      ...otherwise.ctes,
      `candidate as materialized (select c.key from (${candidates}) c limit ${max}::bigint + 1)`,
    ],
    sources: [
      gatherSource(`(select distinct c.key from candidate c where ${isFew})`, order, context),
      ...otherwise.sources.map((s) => ({ ...s, where: [`not ${isFew}`, ...s.where] })),
    ],
    overlap: otherwise.overlap,
  };
}

/** All rows of the types, along an index of `resource`. */
function walk(order: PageOrder, context: RowContext): Sources {
  const { types, bind } = context;
  const single = types.length === 1 ? types[0] : undefined;
  const from = 'resource r';
  const key = { at: 'r.at', key: 'r.key' };
  if (single !== undefined) {
    // By id the primary key leads, which spells the type otherwise than the two others.
    const type = order.along === 'id' ? 'r.type' : 'r.type::integer';
    const where = ['r.tenant = $1', `${type} = ${bind(typeCode(single))}`];
    return { ctes: [], sources: [{ from, where, ...key }], overlap: false };
  }
  const each = `unnest(${bind(types.map(typeCode))}::integer[]) as each(type)`;
  const where = ['r.tenant = $1', 'r.type::integer = each.type'];
  return { ctes: [], sources: [{ each, from, where, ...key }], overlap: false };
}

/** A patient's rows are few beside anybody else's, so a patient named leads. */
function patientSources(
  criteria: readonly Criterion[],
  order: PageOrder,
  context: RowContext,
): Sources | undefined {
  const named = criteria.map((c) => patientNamed(c, context)).find((one) => one !== undefined);
  if (named === undefined) return undefined;
  const { keys, several, params } = named;
  const code = criteria.find(
    (c): c is Extract<Criterion, { kind: 'token' }> =>
      c.kind === 'token' && c.modifier === undefined && SELECTIVE_PARAMETERS.has(c.param),
  );
  const single = context.types.length === 1;
  if (code !== undefined && single && !several && params.length === 0) {
    const stream = tokenStream(code, context, keys);
    if (stream !== undefined) {
      return { ctes: [], sources: [stream], overlap: stream.each !== undefined };
    }
  }
  const each = several
    ? { each: `(select e.patient from unnest(${keys.slice('any'.length)}) as e(patient)) each` }
    : {};
  const own: Source = {
    ...each,
    from: 'resource r',
    where: [
      'r.tenant = $1',
      several ? 'r.patient = each.patient' : `r.patient = ${keys}`,
      ofTypes(context.types, context),
    ],
    at: 'r.at',
    key: 'r.key',
  };
  if (params.length === 0) return { ctes: [], sources: [own], overlap: false };
  const numbers = params.map((param) => withParameter('x', param, context));
  const pointing = `(select distinct x.resource as key from reference_index x
    where x.tenant = $1 and x.target = ${keys} and (${numbers.join(' or ')}))`;
  return { ctes: [], sources: [own, gatherSource(pointing, order, context)], overlap: true };
}

interface PatientNamed {
  /** SQL of the patient's key, or `any(array)` of several. */
  readonly keys: string;
  readonly several: boolean;
  /** Parameters by which rows of another owner may name the patient. */
  readonly params: readonly string[];
}

function patientNamed(criterion: Criterion, context: RowContext): PatientNamed | undefined {
  const { types } = context;
  if (criterion.kind === 'compartment' && criterion.compartment === 'Patient') {
    const params = types.flatMap((type) =>
      compartmentParameters(type).filter(
        (param) => !ownerSuffices(type, param) && !readsHidden([type], param, context.gate),
      ),
    );
    const keys = patientKeys([criterion.id], context);
    return { keys, several: false, params: [...new Set(params)] };
  }
  if (criterion.kind !== 'reference') return undefined;
  const { patients, locals, uris } = referenceGroups(criterion.param, criterion.values);
  const onlyPatients = patients.length > 0 && locals.length === patients.length;
  if (!onlyPatients || uris.length > 0) return undefined;
  const { param } = criterion;
  const params = types.every((type) => ownerSuffices(type, param)) ? [] : [param];
  return { keys: patientKeys(patients, context), several: patients.length > 1, params };
}

const PARAMETER_RANK: Readonly<Record<string, number>> = { identifier: 0, code: 3 };
const KIND_RANK: Partial<Record<Criterion['kind'], number>> = {
  reference: 1,
  has: 2,
  chain: 2,
  composite: 4,
  string: 5,
  near: 5,
  uri: 6,
  date: 7,
  quantity: 7,
  number: 7,
  lastUpdated: 8,
  token: 9,
};

/** How few resources a criterion usually leaves; the smaller the fewer. */
function rank(criterion: Criterion): number {
  if (criterion.kind === 'token') return PARAMETER_RANK[criterion.param] ?? 9;
  return KIND_RANK[criterion.kind] ?? Number.POSITIVE_INFINITY;
}

const byRank = (criteria: readonly Criterion[]): Criterion[] =>
  [...criteria].sort((a, b) => rank(a) - rank(b));

function bestStream(
  criteria: readonly Criterion[],
  context: RowContext,
): { readonly rank: number; readonly sources: Sources } | undefined {
  for (const criterion of byRank(criteria)) {
    const stream = streamOf(criterion, context);
    if (stream === undefined) continue;
    const sources = { ctes: [], sources: [stream], overlap: stream.each !== undefined };
    return { rank: rank(criterion), sources };
  }
  return undefined;
}

function bestCandidates(
  criteria: readonly Criterion[],
  context: RowContext,
  below: number,
): string | undefined {
  for (const criterion of byRank(criteria)) {
    if (rank(criterion) >= below) return undefined;
    const candidates = candidatesSql(criterion, context);
    if (candidates !== undefined) return candidates;
  }
  return undefined;
}
