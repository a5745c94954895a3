import { ofTypes, type RowContext } from './search-context.ts';
import type { PageOrder } from './sort-sql.ts';
import type { Source } from './source.ts';

/** Rows by key, put in page order before anything is asked of them: a page then asks few. */
export function gatherSource(keys: string, order: PageOrder, context: RowContext): Source {
  const row = { ...context, row: 't' };
  const columns = { 'main-date': 't.at', updated: 't.updated', id: 't.id' };
  const direction = order.terms.at(-1)?.descending ? 'desc' : 'asc';
  const sorted =
    order.along === null ? '' : `order by ${columns[order.along]} ${direction}, t.key ${direction}`;
  return {
    from: `(select t.* from ${keys} lead cross join lateral (select t.* from resource t
      where t.tenant = $1 and t.key = lead.key offset 0) t
      where ${ofTypes(context.types, row)} and not t.deleted ${sorted} offset 0) r`,
    where: [],
    at: 'r.at',
    key: 'r.key',
  };
}
