import type { Criterion } from '@holdfast/fhir';
import type { Position } from './cursor.ts';
import { afterAlong, afterPosition } from './keyset-sql.ts';
import type { RowContext } from './search-context.ts';
import { orderBy, type PageOrder } from './sort-sql.ts';
import type { Source, Sources } from './source.ts';

/** What a page is made of, as SQL over alias `r`. */
export interface PageParts {
  readonly order: PageOrder;
  readonly position: Position | null;
  /** Placeholder of the rows to fetch. */
  readonly limit: string;
  /** Holds for a row of the page; each criterion's own text, so that a source can leave out its own. */
  readonly conditions: ReadonlyMap<Criterion, string>;
  readonly released: string;
}

/** Columns of `page`: those of `resource`, `s0`, `s1`, ... of the order, and `nth`. */
export function pageSql(sources: Sources, parts: PageParts, context: RowContext): string {
  const { order, limit } = parts;
  const all = sources.sources.flatMap((source) =>
    splitUndated(source, order).map((part) => sourceSql(part, parts, context)),
  );
  const merged = sources.overlap
    ? `(select distinct on (u.key) u.* from (${all.join('\n union all ')}) u order by u.key)`
    : `(${all.join('\n union all ')})`;
  const rowOrder = orderBy(order, (i) => `r.s${i}`, 'r.key');
  return `select r.*, row_number() over (order by ${rowOrder}) as nth
    from ${merged} r order by nth limit ${limit}`;
}

/** A source and, where rows without a main date come last, which of the two it stands for. */
interface Part {
  readonly source: Source;
  readonly dated: boolean | undefined;
}

/** Rising, the index has rows without a date first but the page has them last: two runs of it. */
function splitUndated(source: Source, { along, terms }: PageOrder): Part[] {
  if (along !== 'main-date' || terms[0]?.descending) return [{ source, dated: undefined }];
  return [
    { source, dated: true },
    { source, dated: false },
  ];
}

function sourceSql({ source, dated }: Part, parts: PageParts, context: RowContext): string {
  const { order, position, limit, conditions, released } = parts;
  const { each, from, where } = source;
  const asked = [...conditions].flatMap(([criterion, sql]) =>
    criterion === source.implied ? [] : [sql],
  );
  const guards = dated === undefined ? [] : [`${source.at} ${dated ? '>' : '='} '-infinity'`];
  const after =
    position === null ? [] : [afterSql({ source, dated }, order, { position, context })];
  const columns = order.terms.map(({ expression }, i) => `${expression} as s${i}`).join(', ');
  const sort = `cross join lateral (select ${columns} offset 0) s`;
  const by = alongColumns(source, order);
  const direction = order.terms.at(-1)?.descending ? 'desc' : 'asc';
  const sorted =
    by === undefined
      ? orderBy(order, (i) => `s.s${i}`, 'r.key')
      : `${by.column} ${direction}, ${by.key} ${direction}`;
  const select = `select r.*, s.* from ${from} ${sort}
    where ${[...where, ...guards, ...asked, released, ...after].join('\n and ')}
    order by ${sorted} limit ${limit}`;
  if (each === undefined) return `(${select})`;
  return `(select r.* from ${each} cross join lateral (${select}) r)`;
}

/** The columns that the source delivers in page order. */
function alongColumns(source: Source, { along }: PageOrder) {
  switch (along) {
    case 'main-date':
      return { column: source.at, key: source.key, cast: 'timestamptz' };
    case 'updated':
      return { column: 'r.updated', key: 'r.key', cast: 'timestamptz' };
    case 'id':
      return { column: 'r.id', key: 'r.key', cast: 'text' };
    case null:
      return undefined;
  }
}

function afterSql(
  { source, dated }: Part,
  order: PageOrder,
  { position, context }: { readonly position: Position; readonly context: RowContext },
): string {
  const { bind } = context;
  const by = alongColumns(source, order);
  if (by === undefined) {
    return afterPosition(order, position, { column: (i) => `s.s${i}`, key: 'r.key', bind });
  }
  const descending = order.terms.at(-1)?.descending ?? false;
  const value = position.values[0] ?? null;
  if (dated === true && value === null) return 'false';
  if (dated === false && value !== null) return 'true';
  return afterAlong([value ?? '-infinity', position.key], by, { descending, bind });
}
