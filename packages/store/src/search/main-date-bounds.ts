import { type Criterion, type DateValue, mainDateParameter, typeCode } from '@holdfast/fhir';
import { timestamp } from '../index-rows.ts';
import { SEARCH_CANDIDATES_MAX } from '../limits.ts';
import { gatherSource } from './gather.ts';
import type { RowContext } from './search-context.ts';
import type { PageOrder } from './sort-sql.ts';
import type { Source, Sources } from './source.ts';

/** What `resource.lasting` counts as one instant, in ms. */
const INSTANT_MS = 26 * 3_600_000;

/**
 * Sources whose scans begin and end where the dates asked for do. An upper end bounds the start of
 * what matches, so the index can use it. A lower end does not: what began long before may last still.
 * Where few such rows do, counted in the statement, they are gathered beside a bounded scan, so that
 * "this code since last week" does not read what is older.
 */
export function withinDates(
  base: Sources,
  criteria: readonly Criterion[],
  { order, context }: { readonly order: PageOrder; readonly context: RowContext },
): Sources {
  const [type] = context.types;
  if (type === undefined || context.types.length > 1) return base;
  const values = criteria.flatMap((criterion) => {
    if (criterion.kind !== 'date' || criterion.param !== mainDateParameter(type)) return [];
    return criterion.values.length === 1 ? criterion.values : [];
  });
  const bounded = withWhere(base, ({ at }) =>
    values.flatMap((value) => upperBound(value, at, context)),
  );
  const since = values.find(({ prefix }) => prefix === 'ge' || prefix === 'gt');
  if (since === undefined) return bounded;
  const { bind } = context;
  const first = bind(timestamp(Math.min(since.start, since.end - INSTANT_MS)));
  const isFew = `(select count(*) <= ${bind(SEARCH_CANDIDATES_MAX)} from lasting)`;
  const recent = withWhere(bounded, ({ at }) => [isFew, `${at} >= ${first}::timestamptz`]);
  const lasting = gatherSource(`(select l.key from lasting l where ${isFew})`, order, context);
  const all = withWhere(bounded, () => [`not ${isFew}`]);
  return {
    ctes: [
      ...base.ctes,
      `lasting as materialized (select r.key from resource r where r.tenant = $1
        and r.type::integer = ${bind(typeCode(type))} and r.lasting and not r.deleted
        and r.at_end > ${bind(timestamp(since.end))}::timestamptz
        limit ${bind(SEARCH_CANDIDATES_MAX + 1)}::bigint)`,
    ],
    sources: [...recent.sources, lasting, ...all.sources],
    overlap: true,
  };
}

const withWhere = (base: Sources, more: (source: Source) => readonly string[]): Sources => ({
  ...base,
  sources: base.sources.map((source) => ({ ...source, where: [...source.where, ...more(source)] })),
});

/** What the start of a matching range cannot be beyond; exact for those that ask for the start. */
function upperBound({ prefix, start, end }: DateValue, at: string, { bind }: RowContext): string[] {
  const instant = (ms: number): string => `${bind(timestamp(ms))}::timestamptz`;
  switch (prefix) {
    case 'eq':
      return [`${at} >= ${instant(start)}`, `${at} <= ${instant(end)}`];
    case 'lt':
      return [`${at} < ${instant(start)}`];
    case 'le':
      return [`${at} <= ${instant(end)}`];
    case 'eb':
      return [`${at} <= ${instant(start)}`];
    case 'sa':
      return [`${at} >= ${instant(end)}`];
    case 'ap':
      return [`${at} < ${instant(end)}`];
    default:
      return [];
  }
}
