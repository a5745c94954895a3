import { type ResourceType, resourceTypes, typeCode } from '@holdfast/fhir';
import type { Queryable } from '@holdfast/postgres';
import type { AccessGate, Bind, GateSource } from '../access-gate.ts';
import { storeFault } from '../errors.ts';
import { HISTORY_PAGE_MAX } from '../limits.ts';
import type { CursorSeal, Position } from '../search/cursor.ts';
import { PATIENT_STATE_JOIN, PROJECTION, SNAPSHOT, type StoredVersion } from '../stored-row.ts';
import { type DecidedVersion, fenced, type Statement } from './fenced.ts';
import { preparedByShape } from './prepared-shapes.ts';
import { CURRENT_VERSION, OUTGOING_VERSION, OUTGOING_VERSIONS } from './version-rows.ts';

/** FHIR history (https://hl7.org/fhir/R4/http.html#history). */
export interface HistoryQuery {
  /** `id` for one resource, `type` for all of a type, neither for everything. */
  readonly type?: ResourceType | undefined;
  readonly id?: string | undefined;
  readonly count: number;
  /** Only versions made at this instant (ms since 1970) or later. */
  readonly since?: number | undefined;
  /** Only versions that were current at some time in `[start, end)`. */
  readonly at?: { readonly start: number; readonly end: number } | undefined;
  /** The `next` of the page before. */
  readonly cursor?: string | undefined;
}

export interface HistoryPage {
  /** Newest first. */
  readonly versions: readonly StoredVersion[];
  /** Sealed position for the next page; null on the last one. */
  readonly next: string | null;
  /** Whether the resource is there for this reader; always true without an `id`. */
  readonly exists: boolean;
  /** Of the gate that decided the page. */
  readonly epoch: bigint;
}

export interface HistoryContext {
  readonly db: Queryable;
  readonly tenant: number;
  readonly seal: CursorSeal;
  readonly gates: GateSource;
}

interface HistoryColumns {
  readonly exists: boolean;
}

/**
 * One page in one statement, decided like reads: hidden versions take no place on a page. A page
 * costs its own length, whatever lies behind it: both arms run along an index in the page's order.
 * @throws Fault STORE_CURSOR_INVALID, STORE_CONSENT_UNSETTLED
 */
export async function readHistory(
  query: HistoryQuery,
  { db, tenant, seal, gates }: HistoryContext,
): Promise<HistoryPage> {
  const count = Math.min(query.count, HISTORY_PAGE_MAX);
  const position = openCursor(query, seal);
  const { rows, extra, epoch } = await fenced<HistoryColumns>(db, gates, (gate) =>
    preparedByShape(
      'store_history',
      historyStatement({ ...query, count: count + 1 }, { tenant, gate, position }),
    ),
  );
  const page = rows.slice(0, count);
  const last = page.at(-1);
  return {
    versions: page.filter((row) => row.released).map((row) => row.version),
    next:
      rows.length > count && last !== undefined
        ? seal.seal(positionOf(last), fingerprint(query))
        : null,
    exists: extra?.exists ?? false,
    epoch,
  };
}

const positionOf = ({ version }: DecidedVersion): Position => ({
  key: String(version.key),
  values: [version.updated, String(version.version)],
});

function openCursor(query: HistoryQuery, seal: CursorSeal): Position | null {
  if (query.cursor === undefined) return null;
  const opened = seal.open(query.cursor, fingerprint(query));
  if (!opened.ok) throw storeFault('STORE_CURSOR_INVALID', { expression: ['_cursor'] });
  return opened.value;
}

function fingerprint(query: HistoryQuery): string {
  const { cursor: _cursor, ...rest } = query;
  return `history ${JSON.stringify(rest)}`;
}

interface Compilation {
  readonly tenant: number;
  readonly gate: AccessGate;
  readonly position: Position | null;
}

/** Two arms, the current and the outgoing versions of a type, each along its index; see 0001. */
function historyStatement(query: HistoryQuery, compilation: Compilation): Statement {
  const { tenant, gate } = compilation;
  const values: unknown[] = [tenant];
  const bind: Bind = (value) => {
    values.push(value);
    return `$${values.length}`;
  };
  const { type, id } = query;
  const limit = bind(query.count);
  const named = id === undefined ? undefined : bind(id);
  const arm = (columns: string, from: string, conditions: readonly string[]): string =>
    `(select r.* from (select ${columns} from ${from} where ${conditions.join(' and ')}) r
      where ${gate.releasable('r', bind)}
      order by r.updated desc, r.key desc, r.version desc limit ${limit})`;
  const within = periodOf(query, compilation, bind);
  const current =
    named === undefined ? 'r.type::integer = t.code' : `r.type = t.code and r.id = ${named}`;
  const outgoing =
    named === undefined
      ? 'h.type = t.code'
      : `h.resource = (select key from resource where tenant = $1 and type = t.code and id = ${named})`;
  const arms = [
    arm(CURRENT_VERSION, 'resource r', ['r.tenant = $1', current, ...within('r', 'r.key')]),
    arm(OUTGOING_VERSION, OUTGOING_VERSIONS, [
      'h.tenant = $1',
      outgoing,
      ...within('h', 'h.resource'),
    ]),
  ];
  const types = type === undefined ? resourceTypes.map(typeCode) : [typeCode(type)];
  const exists =
    named === undefined
      ? 'true'
      : `exists (select from resource r where r.tenant = $1 and r.type = ${types[0]}
          and r.id = ${named} and ${gate.releasable('r', bind)})`;
  return {
    text: `select snapshot.consent_epoch, snapshot.now_ms, ${exists} as exists, q.* from ${SNAPSHOT}
      left join lateral (
        select ${PROJECTION} from unnest('{${types.join(',')}}'::smallint[]) as t(code)
        cross join lateral (${arms.join(' union all ')}
          order by updated desc, key desc, version desc limit ${limit}) r
        ${PATIENT_STATE_JOIN}
        order by r.updated desc, r.key desc, r.version desc limit ${limit}) q on true
      order by q.updated desc, q.key desc, q.version desc`,
    values,
  };
}

const instant = (ms: number): string => new Date(ms).toISOString();

/** What `_since`, `_at` and the page before leave, for an alias and the name of its key. */
function periodOf(
  { since, at }: HistoryQuery,
  { position }: Compilation,
  bind: Bind,
): (alias: 'r' | 'h', key: string) => string[] {
  const from = since === undefined ? undefined : `${bind(instant(since))}::timestamptz`;
  const start = at === undefined ? undefined : `${bind(instant(at.start))}::timestamptz`;
  const end = at === undefined ? undefined : `${bind(instant(at.end))}::timestamptz`;
  const after =
    position === null
      ? undefined
      : `(${bind(position.values[0])}::timestamptz, ${bind(position.key)}::bigint, ${bind(position.values[1])}::integer)`;
  return (alias, key) => [
    ...(from === undefined ? [] : [`${alias}.updated >= ${from}`]),
    ...(end === undefined ? [] : [`${alias}.updated < ${end}`]),
    // What is current now has been so ever since.
    ...(start === undefined || alias === 'r' ? [] : [`h.until > ${start}`]),
    ...(after === undefined ? [] : [`(${alias}.updated, ${key}, ${alias}.version) < ${after}`]),
  ];
}
