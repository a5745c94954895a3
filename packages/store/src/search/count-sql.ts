import type { PageParts } from './page-sql.ts';
import type { Sources } from './source.ts';

/** Matches under the access rules, counted up to a bound: one more than `max` stands for "more". */
export function countSql(
  { sources, overlap }: Sources,
  { conditions, released }: Pick<PageParts, 'conditions' | 'released'>,
  max: string,
): string {
  const selects = sources.map(({ each, from, where, implied }) => {
    const asked = [...conditions].flatMap(([criterion, sql]) =>
      criterion === implied ? [] : [sql],
    );
    const select = `select r.key from ${from} where ${[...where, ...asked, released].join('\n and ')}`;
    return each === undefined
      ? `(${select})`
      : `(select r.key from ${each} cross join lateral (${select}) r)`;
  });
  const rows = `(${selects.join('\n union all ')}) m`;
  return overlap
    ? `(select count(*) from (select distinct m.key from ${rows} limit ${max}::bigint + 1) n)`
    : `(select count(*) from (select m.key from ${rows} limit ${max}::bigint + 1) n)`;
}
