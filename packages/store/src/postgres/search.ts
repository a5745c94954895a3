import { createHash } from 'node:crypto';
import type { SearchQuery } from '@holdfast/fhir';
import type { Queryable } from '@holdfast/postgres';
import type { AccessGate, GateSource } from '../access-gate.ts';
import { storeFault } from '../errors.ts';
import { PAGE_SIZE_MAX, PREPARED_SEARCHES_MAX } from '../limits.ts';
import { compileSearch } from '../search/compile-search.ts';
import type { CursorSeal, Position } from '../search/cursor.ts';
import type { StoredVersion } from '../stored-row.ts';
import type { Dictionary } from './dictionary.ts';
import { fenced, type Statement } from './fenced.ts';

export interface SearchPage {
  readonly versions: readonly StoredVersion[];
  /** Under the access rules; null unless asked for. */
  readonly total: number | null;
  /** Sealed position for `_cursor`; null on the last page. */
  readonly next: string | null;
}

export interface SearchContext {
  readonly db: Queryable;
  readonly tenant: number;
  readonly dictionary: Dictionary;
  readonly seal: CursorSeal;
  readonly gates: GateSource;
}

const prepared = new Set<string>();

/** Shapes that recur keep their plan for the session; their number is bounded. */
function named(statement: Statement): Statement {
  const name = `store_search_${createHash('sha1').update(statement.text).digest('hex').slice(0, 20)}`;
  if (!prepared.has(name)) {
    if (prepared.size >= PREPARED_SEARCHES_MAX) return statement;
    prepared.add(name);
  }
  return { ...statement, name };
}

function systemsIn(query: SearchQuery): string[] {
  return query.criteria.flatMap((criterion) => {
    if (criterion.kind !== 'token' && criterion.kind !== 'quantity') return [];
    return criterion.values.flatMap(({ system }) => (system ? [system] : []));
  });
}

/** What a cursor is bound to: the same search, page size and all. */
function fingerprint(query: SearchQuery): string {
  const { cursor: _cursor, ...rest } = query;
  return JSON.stringify(rest);
}

/**
 * One page of a type's search, in one statement.
 * @throws Fault STORE_SEARCH_UNSUPPORTED, STORE_CURSOR_INVALID, STORE_CONSENT_UNSETTLED
 */
export async function search(query: SearchQuery, context: SearchContext): Promise<SearchPage> {
  const { db, tenant, dictionary, seal, gates } = context;
  await dictionary.lookUp(systemsIn(query));
  const position = openCursor(query, seal);
  const count = Math.min(query.count, PAGE_SIZE_MAX);
  const statement = (gate: AccessGate): Statement => {
    const compiled = compileSearch(query, { tenant, dictionary, gate, position, limit: count + 1 });
    if (!compiled.ok) {
      throw storeFault('STORE_SEARCH_UNSUPPORTED', {
        expression: ['_sort'],
        diagnostics: `Sorting by "${compiled.error}" is not offered.`,
      });
    }
    return named(compiled.value);
  };
  const { rows, extra } = await fenced<{ total: string | null } & SortColumns>(
    db,
    gates,
    statement,
  );
  const page = rows.slice(0, count);
  const last = page.at(-1);
  const more = rows.length > count && last !== undefined;
  return {
    versions: page.filter((row) => row.released).map((row) => row.version),
    total: typeof extra?.total === 'string' ? Number(extra.total) : null,
    next: more
      ? seal.seal(
          { key: String(last.version.key), values: sortValues(last.row) },
          fingerprint(query),
        )
      : null,
  };
}

type SortColumns = Readonly<Record<`sort_${number}`, string | null>>;

function sortValues(row: SortColumns): string[] {
  const values: string[] = [];
  for (let i = 0; row[`sort_${i}`] !== undefined; i++) values.push(row[`sort_${i}`] ?? '');
  return values;
}

function openCursor(query: SearchQuery, seal: CursorSeal): Position | null {
  if (query.cursor === undefined) return null;
  const opened = seal.open(query.cursor, fingerprint(query));
  if (!opened.ok) throw storeFault('STORE_CURSOR_INVALID', { expression: ['_cursor'] });
  return opened.value;
}
