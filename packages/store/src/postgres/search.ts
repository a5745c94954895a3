import type { Criterion, SearchQuery } from '@holdfast/fhir';
import type { Queryable } from '@holdfast/postgres';
import type { AccessGate, GateSource } from '../access-gate.ts';
import { storeFault } from '../errors.ts';
import { INCLUDED_MAX, PAGE_SIZE_MAX } from '../limits.ts';
import { compileSearch, type SearchColumns, totalBound } from '../search/compile-search.ts';
import type { CursorSeal, Position } from '../search/cursor.ts';
import type { StoredVersion } from '../stored-row.ts';
import type { Dictionary } from './dictionary.ts';
import { type DecidedVersion, fenced, type Statement } from './fenced.ts';
import { preparedByShape } from './prepared-shapes.ts';

export interface SearchTotal {
  readonly value: number;
  /** False: there are at least so many; counting stopped there. */
  readonly exact: boolean;
}

export interface SearchPage {
  readonly versions: readonly StoredVersion[];
  /** Resources that `_include` and `_revinclude` lead to, none of them a match of this page. */
  readonly included: readonly StoredVersion[];
  /** There was more to include than INCLUDED_MAX. */
  readonly includedCut: boolean;
  /** Under the access rules; null unless asked for. */
  readonly total: SearchTotal | null;
  /** Sealed position for `_cursor`; null on the last page. */
  readonly next: string | null;
  /** Of the gate that decided the page. */
  readonly epoch: bigint;
}

export interface SearchContext {
  readonly db: Queryable;
  readonly tenant: number;
  readonly dictionary: Dictionary;
  readonly seal: CursorSeal;
  readonly gates: GateSource;
}

/**
 * One page of a search, in one statement.
 *
 * Pages hold every row exactly once whose sort keys stay as they are, whatever is inserted or deleted
 * meanwhile. A row whose key changes between two pages stands where it belongs when a page is read: it
 * is met again if it moved ahead, and missed if it moved behind.
 * @throws Fault STORE_SEARCH_UNSUPPORTED, STORE_CURSOR_INVALID, STORE_CONSENT_UNSETTLED
 */
export async function search(query: SearchQuery, context: SearchContext): Promise<SearchPage> {
  const { db, tenant, dictionary, seal, gates } = context;
  await dictionary.lookUp(query.criteria.flatMap(systemsIn));
  const position = openCursor(query, seal);
  const count = Math.min(query.count, PAGE_SIZE_MAX);
  const statement = (gate: AccessGate): Statement => {
    const compiled = compileSearch(query, { tenant, dictionary, gate, position, count });
    if (!compiled.ok) {
      throw storeFault('STORE_SEARCH_UNSUPPORTED', {
        expression: ['_sort'],
        diagnostics: `Sorting by "${compiled.error}" is not offered.`,
      });
    }
    return preparedByShape('store_search', compiled.value);
  };
  const { rows, extra, epoch } = await fenced<SearchColumns>(db, gates, statement);
  const matches = rows.filter(({ row }) => row.nth !== null);
  const included = rows.filter(({ row }) => row.nth === null);
  const page = matches.slice(0, count);
  const last = page.at(-1);
  const more = matches.length > count && last !== undefined;
  return {
    versions: released(page),
    included: released(included.slice(0, INCLUDED_MAX)),
    includedCut: included.length > INCLUDED_MAX,
    total: totalOf(query, extra?.total ?? null),
    epoch,
    next: more ? seal.seal(positionOf(last), fingerprint(query)) : null,
  };
}

const released = (rows: readonly DecidedVersion[]): StoredVersion[] =>
  rows.filter((row) => row.released).map((row) => row.version);

function totalOf(query: SearchQuery, counted: string | null): SearchTotal | null {
  const bound = totalBound(query);
  if (bound === null || counted === null) return null;
  return { value: Math.min(Number(counted), bound), exact: Number(counted) <= bound };
}

const positionOf = ({ version, row }: DecidedVersion<SearchColumns>): Position => ({
  key: String(version.key),
  values: row.sort_values ?? [],
});

function openCursor(query: SearchQuery, seal: CursorSeal): Position | null {
  if (query.cursor === undefined) return null;
  const opened = seal.open(query.cursor, fingerprint(query));
  if (!opened.ok) throw storeFault('STORE_CURSOR_INVALID', { expression: ['_cursor'] });
  return opened.value;
}

/** What a cursor is bound to: the same search, page size and all, but for what was ignored. */
function fingerprint(query: SearchQuery): string {
  const { cursor: _cursor, unknown: _unknown, ...rest } = query;
  return JSON.stringify(rest);
}

/** Systems that a criterion asks for, at any depth. */
export function systemsIn(criterion: Criterion): string[] {
  switch (criterion.kind) {
    case 'token':
    case 'quantity':
      return criterion.values.flatMap(({ system }) => (system ? [system] : []));
    case 'composite':
      return criterion.values.flatMap(({ parts }) =>
        parts.flatMap(({ value }) => ('system' in value && value.system ? [value.system] : [])),
      );
    case 'chain':
      return criterion.targets.flatMap((target) => systemsIn(target.criterion));
    case 'has':
      return systemsIn(criterion.criterion);
    default:
      return [];
  }
}
