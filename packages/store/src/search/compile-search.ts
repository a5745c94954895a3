import { type Criterion, type SearchQuery, typeCode } from '@holdfast/fhir';
import { err, ok, type Result } from '@holdfast/kernel';
import type { AccessGate } from '../access-gate.ts';
import type { Statement } from '../postgres/fenced.ts';
import { PATIENT_STATE_JOIN, PROJECTION, SNAPSHOT } from '../stored-row.ts';
import {
  type ConditionContext,
  conditionSql,
  type SearchDictionary,
  tokenSql,
} from './condition-sql.ts';
import type { Position } from './cursor.ts';
import { afterPosition, orderBy, type PageOrder, sortTerms } from './sort-sql.ts';

export interface CompileOptions {
  readonly tenant: number;
  readonly dictionary: SearchDictionary;
  readonly gate: AccessGate;
  readonly position: Position | null;
  /** Rows to fetch: the page and one more. */
  readonly limit: number;
}

/**
 * One statement for one page: rows, their consent facts, the total where asked for, and the snapshot
 * it was all read in. `releasable` stands at the alias of every table that data comes from.
 *
 * The plan is led by what is written, not left to guesses: a patient's search runs along
 * `resource_patient`, a token search along its index in page order, both stopping after a page.
 * @returns the parameter that can't be sorted by
 */
export function compileSearch(
  query: SearchQuery,
  options: CompileOptions,
): Result<Statement, string> {
  const [type] = query.types;
  if (type === undefined || query.types.length > 1 || query.includes.length > 0) {
    return err('_type, _include, _revinclude');
  }
  const { dictionary, gate, position, limit } = options;
  const values: unknown[] = [options.tenant];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const context: ConditionContext = { type, dictionary, bind, tenant: '$1' };
  const sorted = sortTerms(query.sort, context);
  if (!sorted.ok) return err(sorted.error);
  const terms = sorted.value;
  const lead = leadingToken(
    query,
    terms.length === 1 && terms[0]?.expression === 'r.at' && terms[0].descending,
  );
  const conditions = [
    `r.tenant = $1 and r.type::integer = ${bind(typeCode(type))} and not r.deleted`,
    ...query.criteria.filter((c) => c !== lead).map((c) => conditionSql(c, context)),
    gate.releasable('r', bind),
  ];
  const from = lead === undefined ? 'resource r' : leadSql(lead, context);
  const matching = `from ${from} where ${conditions.join('\n and ')}`;
  const rowOrder: PageOrder = { terms, key: 'r.key' };
  // Led by its index, a page runs in the order of the index's own columns; they equal the row's.
  const order = lead === undefined ? rowOrder : LEAD_ORDER;
  const after = position === null ? '' : ` and ${afterPosition(order, position, bind)}`;
  const sortColumns = terms.map((term, i) => `(${term.expression})::text as sort_${i}`).join(', ');
  const counted = query.total === 'accurate' || query.summary === 'count';
  const total = counted ? `(select count(*) ${matching})` : 'null';
  const rows = query.summary === 'count' || query.count === 0 ? 0 : limit;
  return ok({
    text: `select snapshot.consent_epoch, snapshot.now_ms, ${total}::bigint as total, q.*
      from ${SNAPSHOT} left join lateral (
        select ${PROJECTION}, ${sortColumns}, row_number() over (order by ${orderBy(rowOrder)}) as nth
        from (select r.* ${matching}${after} order by ${orderBy(order)} limit ${bind(rows)}) r
        ${PATIENT_STATE_JOIN}) q on true
      order by q.nth`,
    values,
  });
}

const LEAD_ORDER: PageOrder = {
  terms: [{ expression: 'lead.at', cast: 'timestamptz', descending: true }],
  key: 'lead.resource',
};

type TokenCriterion = Criterion & { readonly kind: 'token' };

/**
 * The token criterion whose index a page may run along: one exact value, page order by main date,
 * and no patient named (a patient's rows are fewer than a code's).
 */
function leadingToken(query: SearchQuery, naturalOrder: boolean): TokenCriterion | undefined {
  if (!naturalOrder) return undefined;
  const narrow = (c: Criterion): boolean =>
    c.kind === 'id' || (c.kind === 'reference' && (c.param === 'patient' || c.param === 'subject'));
  if (query.criteria.some(narrow)) return undefined;
  return query.criteria.find(
    (c): c is TokenCriterion =>
      c.kind === 'token' &&
      c.modifier === undefined &&
      c.values.length === 1 &&
      c.values[0]?.code !== undefined &&
      c.values[0].system !== undefined,
  );
}

function leadSql(lead: TokenCriterion, context: ConditionContext): string {
  const { bind, dictionary, type } = context;
  const condition = tokenSql(lead.values, context).replaceAll('x.', 'lead.');
  return `token_index lead join resource r on lead.tenant = $1
    and lead.param = ${bind(dictionary.parameter(type, lead.param))} and ${condition}
    and r.tenant = lead.tenant and r.key = lead.resource`;
}
