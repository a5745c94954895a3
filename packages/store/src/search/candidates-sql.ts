import {
  type ChainTarget,
  type Criterion,
  mainDateParameter,
  type ResourceType,
  typeCode,
} from '@holdfast/fhir';

import { valueMatches } from './index-match.ts';
import { updatedMatch } from './range-sql.ts';
import { ownerBit, patientKeys, referenceGroups, targetKeys } from './reference-sql.ts';
import { ofTypes, or, type StatementContext, withParameter } from './search-context.ts';
import { pairRows, tokenGroups } from './token-sql.ts';

type Kind<Name extends Criterion['kind']> = Extract<Criterion, { kind: Name }>;

/** A statement and the types of the resources that it is asked for. */
export interface CandidateContext extends StatementContext {
  readonly types: readonly ResourceType[];
}

/**
 * A select of storage keys, column `key`, that holds every resource which meets the criterion and
 * perhaps others: the way from a value to its resources. Undefined where an index leads to none.
 */
export function candidatesSql(criterion: Criterion, context: CandidateContext): string | undefined {
  switch (criterion.kind) {
    case 'id':
      return criterion.modifier === 'not' ? undefined : byId(criterion, context);
    case 'token':
      return criterion.modifier === 'not' ? undefined : byToken(criterion, context);
    case 'string':
      return criterion.modifier === 'contains' ? undefined : byValue(criterion, context);
    case 'date': {
      const onRow = context.types.some((type) => mainDateParameter(type) === criterion.param);
      const bounded = criterion.values.every(({ prefix }) => BOUNDED_DATES.has(prefix));
      return onRow || !bounded ? undefined : byValue(criterion, context);
    }
    case 'quantity': {
      // The index leads with unit and system.
      const led = criterion.values.every(
        ({ code, system, prefix }) => code !== undefined && system !== undefined && prefix !== 'ne',
      );
      return led ? byValue(criterion, context) : undefined;
    }
    case 'number':
      return criterion.values.every(({ prefix }) => BOUNDED_NUMBERS.has(prefix))
        ? byValue(criterion, context)
        : undefined;
    case 'composite': {
      const led = criterion.values.every(({ parts }) =>
        parts.some((part) => part.kind === 'token' && part.value.code !== undefined),
      );
      return led ? byValue(criterion, context) : undefined;
    }
    case 'uri':
    case 'near':
      return byValue(criterion, context);
    case 'reference':
      return byReference(criterion, context);
    case 'chain':
      return byChain(criterion, context);
    case 'has':
      return byHas(criterion, context);
    case 'lastUpdated':
      return byUpdate(criterion, context);
    case 'compartment':
    case 'careDates':
    case 'missing':
    case 'valueSet':
    case 'subsumption':
      return undefined;
  }
}

/** Prefixes that bound the lower end of a stored range, which the index leads with. */
export const BOUNDED_DATES: ReadonlySet<string> = new Set(['eq', 'ap', 'sa', 'eb', 'lt', 'le']);
export const BOUNDED_NUMBERS: ReadonlySet<string> = new Set(['eq', 'sa', 'lt', 'le', 'ap']);

/** Prefixes that bound the lower end of an instant. */
export const SINCE: ReadonlySet<string> = new Set(['eq', 'ap', 'gt', 'ge', 'sa']);

const union = (selects: readonly string[]): string => selects.join('\n union all ');

function byId({ values }: Kind<'id'>, context: CandidateContext): string {
  const r = context.fresh();
  return `select ${r}.key from resource ${r} where ${r}.tenant = $1
    and ${ofTypes(context.types, { ...context, row: r })} and ${r}.id = any(${context.bind(values)}::text[])`;
}

/** "What changed since", along `resource_updated`. */
function byUpdate({ values }: Kind<'lastUpdated'>, context: CandidateContext): string | undefined {
  const { bind, types } = context;
  const [type] = types;
  if (types.length > 1 || type === undefined) return undefined;
  if (!values.every(({ prefix }) => SINCE.has(prefix))) return undefined;
  const r = context.fresh();
  return `select ${r}.key from resource ${r} where ${r}.tenant = $1
    and ${r}.type::integer = ${bind(typeCode(type))}
    and ${or(values.map((value) => updatedMatch(value, `${r}.updated`, bind)))}`;
}

function byValue(criterion: Parameters<typeof valueMatches>[0], context: CandidateContext): string {
  return union(
    valueMatches(criterion, context).map(({ table, param, match }) => {
      const x = context.fresh();
      return `select ${x}.resource as key from ${table} ${x} where ${x}.tenant = $1
        and ${withParameter(x, param, context)} and ${match(x)}`;
    }),
  );
}

function byToken(criterion: Kind<'token'>, context: CandidateContext): string | undefined {
  const { param, values } = criterion;
  const { pairs, systems } = tokenGroups(values, context);
  if (systems.length > 0) return undefined;
  const rest = values.filter(({ system }) => system === undefined);
  if (pairs.length < 2) return byValue(criterion, context);
  const x = context.fresh();
  const y = context.fresh();
  // One index scan for each pair, however many there are (`:in`).
  const many = `select ${x}.key from ${pairRows(pairs, context)}
    cross join lateral (select ${y}.resource as key from token_index ${y} where ${y}.tenant = $1
      and ${withParameter(y, param, context)} and ${y}.code = v.code and ${y}.system = v.system offset 0) ${x}`;
  return rest.length === 0 ? many : union([many, byValue({ ...criterion, values: rest }, context)]);
}

function byReference(criterion: Kind<'reference'>, context: CandidateContext): string {
  const { param, values } = criterion;
  const { patients, locals, uris } = referenceGroups(param, values);
  const selects: string[] = [];
  if (patients.length > 0) {
    selects.push(ofPatients(`= ${patientKeys(patients, context)}`, context));
  }
  if (locals.length > 0) {
    const x = context.fresh();
    selects.push(`select ${x}.resource as key from reference_index ${x} where ${x}.tenant = $1
      and ${x}.target = ${targetKeys(locals, context)} and ${withParameter(x, param, context)}`);
  }
  if (uris.length > 0) selects.push(byValue({ kind: 'uri', param, values: uris }, context));
  return union(selects);
}

/** Resources whose patient column fits, along `resource_patient`. */
function ofPatients(patient: string, context: CandidateContext): string {
  const r = context.fresh();
  return `select ${r}.key from resource ${r} where ${r}.tenant = $1 and ${r}.patient ${patient}
    and ${ofTypes(context.types, { ...context, row: r })} and not ${r}.deleted`;
}

/** From the resources that meet the inner criterion to those that point at them. */
function byChain({ param, targets }: Kind<'chain'>, context: CandidateContext): string | undefined {
  const selects: string[] = [];
  for (const target of targets) {
    const pointing = pointingAt(target, param, context);
    if (pointing === undefined) return undefined;
    selects.push(...pointing);
  }
  return union(selects);
}

function pointingAt(
  { type, criterion }: ChainTarget,
  param: string,
  context: CandidateContext,
): string[] | undefined {
  const inner = candidatesSql(criterion, { ...context, types: [type] });
  if (inner === undefined) return undefined;
  const [c, l, x] = [context.fresh(), context.fresh(), context.fresh()];
  const selects = [
    `select ${l}.key from (${inner}) ${c} cross join lateral (
      select ${x}.resource as key from reference_index ${x} where ${x}.tenant = $1
      and ${x}.target = ${c}.key and ${withParameter(x, param, context)} offset 0) ${l}`,
  ];
  if (type === 'Patient' && ownerBit(param) > 0) {
    selects.push(`select ${l}.key from (${inner}) ${c}
      cross join lateral (${ofPatients(`= ${c}.key`, context)} offset 0) ${l}`);
  }
  return selects;
}

/** From the resources that meet the inner criterion to what they point at. */
function byHas(
  { type, param, criterion }: Kind<'has'>,
  context: CandidateContext,
): string | undefined {
  const inside = { ...context, types: [type] };
  const inner = candidatesSql(criterion, inside);
  if (inner === undefined) return undefined;
  const [c, l, x] = [context.fresh(), context.fresh(), context.fresh()];
  const selects = [
    `select ${l}.key from (${inner}) ${c} cross join lateral (
      select ${x}.target as key from reference_index ${x} where ${x}.tenant = $1
      and ${x}.resource = ${c}.key offset 0) ${l}`,
  ];
  if (ownerBit(param) > 0) {
    selects.push(`select ${l}.key from (${inner}) ${c} cross join lateral (
      select ${x}.patient as key from resource ${x} where ${x}.tenant = $1 and ${x}.key = ${c}.key
      and ${x}.patient is not null offset 0) ${l}`);
  }
  return union(selects);
}
