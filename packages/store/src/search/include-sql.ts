import {
  type Include,
  type ResourceType,
  resourceTypes,
  searchParametersOf,
  typeCode,
} from '@holdfast/fhir';
import { INCLUDE_ROUNDS_MAX, INCLUDED_MAX } from '../limits.ts';
import { OWNER_PARAMETERS } from '../owner-parameters.ts';
import { readsHidden } from './refuse-hidden.ts';
import { released, type StatementContext } from './search-context.ts';

/**
 * Common table expressions `round_1`, ... of the resources included beside a page (column `key`), each
 * round from the one before. `found` is the expression whose rows `key` are the page's matches.
 * The access gate stands at every resource that a step leads to, and a step leads no further than a
 * round allows: INCLUDED_MAX a row.
 */
export function includeRounds(
  includes: readonly Include[],
  found: string,
  context: StatementContext,
): readonly string[] {
  if (includes.length === 0) return [];
  const iterating = includes.filter((include) => include.iterate);
  const rounds = [roundSql(1, found, { includes, context })];
  if (iterating.length === 0) return rounds;
  for (let round = 2; round <= 1 + INCLUDE_ROUNDS_MAX; round++) {
    rounds.push(
      roundSql(round, `select key from round_${round - 1}`, { includes: iterating, context }),
    );
  }
  return rounds;
}

/** Everything the rounds found, the page's own matches left out. */
export function includedKeys(rounds: readonly string[], found: string, max: string): string {
  const all = rounds.map((_, i) => `select key from round_${i + 1}`).join(' union ');
  return `select i.key from (${all}) i where not exists (select from (${found}) p where p.key = i.key)
    order by i.key limit ${max}`;
}

function roundSql(
  round: number,
  from: string,
  { includes, context }: { includes: readonly Include[]; context: StatementContext },
): string {
  const steps = includes.flatMap((include) => stepsOf(include, context));
  const max = context.bind(INCLUDED_MAX + 1);
  // A row met in an earlier round has been followed already.
  const known = Array.from({ length: round - 1 }, (_, i) => `select key from round_${i + 1}`);
  const fresh =
    known.length === 0
      ? ''
      : `where not exists (select from (${known.join(' union all ')}) k where k.key = step.key)`;
  return `round_${round} as materialized (
    select distinct step.key from (${from}) f cross join lateral (
      ${steps.map((step) => `(${step} limit ${max})`).join('\n union all ')}) step ${fresh} limit ${max})`;
}

/** Where a reference parameter of a type stands: in index rows, or on the resource row. */
interface Links {
  readonly params: readonly number[];
  readonly ownerBits: number;
  readonly ownerTypes: readonly ResourceType[];
}

function linksOf(
  { source, param, targets }: Include,
  { dictionary, gate }: StatementContext,
): Links {
  const params: number[] = [];
  const ownerTypes: ResourceType[] = [];
  let ownerBits = 0;
  for (const type of source === '*' ? resourceTypes : [source]) {
    for (const [code, { kind }] of searchParametersOf(type)) {
      if (kind !== 'reference' || (param !== '*' && param !== code)) continue;
      if (param === '*' && readsHidden([type], code, gate)) continue;
      const number = dictionary.knownParameter(type, code);
      if (number !== undefined) params.push(number);
      const bit = OWNER_PARAMETERS.get(code) ?? 0;
      if (bit === 0 || targets?.includes('Patient') === false) continue;
      ownerBits |= bit;
      if (ownerTypes.at(-1) !== type) ownerTypes.push(type);
    }
  }
  return { params, ownerBits, ownerTypes };
}

/** Selects of the storage keys that one include leads to from `f.key`. */
function stepsOf(include: Include, context: StatementContext): string[] {
  const { bind } = context;
  const { params, ownerBits, ownerTypes } = linksOf(include, context);
  const [x, t] = [context.fresh(), context.fresh()];
  const codes = (types: readonly ResourceType[]): string =>
    `${bind(types.map(typeCode))}::smallint[]`;
  const { targets } = include;
  const numbers = bind(params);
  const visible = released(t, context);
  if (include.direction === 'include') {
    const typed = targets === undefined ? '' : `and ${t}.type = any(${codes(targets)})`;
    const steps = [
      `select ${t}.key from reference_index ${x} join resource ${t} on ${t}.tenant = $1 and ${t}.key = ${x}.target
        where ${x}.tenant = $1 and ${x}.resource = f.key and ${x}.param::integer = any(${numbers}::integer[])
        ${typed} and ${visible}`,
    ];
    if (ownerBits === 0) return steps;
    return [
      ...steps,
      `select ${t}.key from resource ${x} join resource ${t} on ${t}.tenant = $1 and ${t}.key = ${x}.patient
        where ${x}.tenant = $1 and ${x}.key = f.key and ${x}.type = any(${codes(ownerTypes)})
        and ${x}.owner_by & ${ownerBits} <> 0 and ${visible}`,
    ];
  }
  const from =
    targets === undefined
      ? ''
      : `and (select o.type from resource o where o.tenant = $1 and o.key = f.key) = any(${codes(targets)})`;
  const steps = [
    `select ${t}.key from reference_index ${x} join resource ${t} on ${t}.tenant = $1 and ${t}.key = ${x}.resource
      where ${x}.tenant = $1 and ${x}.target = f.key and ${x}.param = any(${numbers}::smallint[])
      ${from} and ${visible}`,
  ];
  if (ownerBits === 0) return steps;
  return [
    ...steps,
    `select ${t}.key from resource ${t}
      where ${t}.tenant = $1 and ${t}.patient = f.key and ${t}.type = any(${codes(ownerTypes)})
      and ${t}.owner_by & ${ownerBits} <> 0 ${from} and ${visible}`,
  ];
}
