import { resourceTypes, type SearchQuery } from '@holdfast/fhir';
import { ok, type Result } from '@holdfast/kernel';
import type { AccessGate } from '../access-gate.ts';
import { ACCURATE_TOTAL_MAX, ESTIMATED_TOTAL_MAX, INCLUDED_MAX } from '../limits.ts';
import type { Statement } from '../postgres/fenced.ts';
import { PATIENT_STATE_JOIN, PROJECTION, SNAPSHOT } from '../stored-row.ts';
import { chooseCountSources, chooseSources } from './choose-sources.ts';
import { conditionSql } from './condition-sql.ts';
import { countSql } from './count-sql.ts';
import type { Position } from './cursor.ts';
import { includedKeys, includeRounds } from './include-sql.ts';
import { type PageParts, pageSql } from './page-sql.ts';
import { Parameters } from './parameters.ts';
import { refuseHidden } from './refuse-hidden.ts';
import {
  type RowContext,
  released,
  type SearchDictionary,
  statementContext,
} from './search-context.ts';
import { pageOrder } from './sort-sql.ts';

export interface CompileOptions {
  readonly tenant: number;
  readonly dictionary: SearchDictionary;
  readonly gate: AccessGate;
  readonly position: Position | null;
  /** Rows of the page; one more is fetched, to know whether there is a next one. */
  readonly count: number;
}

/** Columns of the statement beside those of `PROJECTION`. */
export interface SearchColumns {
  /** Matches, at most one more than the bound of its kind. */
  readonly total: string | null;
  /** Null for the one row of a page without rows, and for what is included. */
  readonly nth: string | null;
  /** `s0`, `s1`, ... as a JSON list of texts. */
  readonly sort_values: readonly (string | null)[] | null;
}

/** The bound to which a total is counted; null where none is asked for. */
export function totalBound({ total, summary }: SearchQuery): number | null {
  if (total === 'accurate' || summary === 'count') return ACCURATE_TOTAL_MAX;
  return total === 'estimate' ? ESTIMATED_TOTAL_MAX : null;
}

/**
 * One statement for one page: matches, what is included beside them, their consent facts, the total
 * where asked for, and the snapshot it was all read in. The text depends on the search's shape only;
 * what it asks for travels as parameters, lists as arrays.
 * @returns the parameter that can't be sorted by
 * @throws Fault STORE_ELEMENTS_HIDDEN
 */
export function compileSearch(
  query: SearchQuery,
  options: CompileOptions,
): Result<Statement, string> {
  const parameters = new Parameters();
  const { bind } = parameters;
  const { dictionary, gate } = options;
  refuseHidden(query, gate);
  const context: RowContext = {
    ...statementContext({ dictionary, gate, bind }),
    row: 'r',
    types: query.types.length === 0 ? resourceTypes : query.types,
  };
  const order = pageOrder(query.sort, context);
  if (!order.ok) return order;
  const parts = {
    order: order.value,
    position: options.position,
    limit: `${bind(options.count + 1)}::bigint`,
    conditions: new Map(query.criteria.map((c) => [c, conditionSql(c, context)])),
    released: released('r', context),
  };
  const bound = totalBound(query);
  const total =
    bound === null
      ? 'null::bigint'
      : countSql(chooseCountSources(query.criteria, context), parts, bind(bound));
  const onlyCount = query.summary === 'count';
  const text = onlyCount
    ? countStatement(total)
    : pageStatement(query, parts, { context, total, options });
  return ok(parameters.statement(options.tenant, text));
}

/** No row goes out, so the fence has the snapshot's epoch alone to judge. */
const countStatement = (total: string): string =>
  `select snapshot.consent_epoch, snapshot.now_ms, ${total} as total, null::bigint as key
    from ${SNAPSHOT}`;

function pageStatement(
  query: SearchQuery,
  parts: PageParts,
  { context, total, options }: { context: RowContext; total: string; options: CompileOptions },
): string {
  const { bind } = context;
  const { order } = parts;
  const chosen = chooseSources(query.criteria, order, context);
  const page = pageSql(chosen, parts, context);
  const found = `select p.key from page p where p.nth <= ${bind(options.count)}`;
  const rounds = includeRounds(query.includes, found, context);
  const sortValues = `json_build_array(${order.terms.map((_, i) => `p.s${i}::text`).join(', ')})`;
  const ctes = [...chosen.ctes, `page as materialized (${page})`, ...rounds];
  const matches = `select ${PROJECTION}, r.nth, r.sort_values from (
      select p.*, ${sortValues} as sort_values from page p) r ${PATIENT_STATE_JOIN}`;
  const included =
    rounds.length === 0
      ? ''
      : `union all select ${PROJECTION}, null, null
        from (${includedKeys(rounds, found, bind(INCLUDED_MAX + 1))}) i
        join resource r on r.tenant = $1 and r.key = i.key ${PATIENT_STATE_JOIN}`;
  return `with ${ctes.join(',\n')}
    select snapshot.consent_epoch, snapshot.now_ms, ${total} as total, q.*
    from ${SNAPSHOT} left join lateral (${matches} ${included}) q on true
    order by q.nth nulls last, q.key`;
}
