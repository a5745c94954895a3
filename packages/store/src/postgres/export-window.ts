import type { Criterion, ResourceType } from '@holdfast/fhir';
import { typeCode } from '@holdfast/fhir';
import type { AccessGate } from '../access-gate.ts';
import { EXPORT_PATIENTS_A_WINDOW, EXPORT_WINDOW_BYTES } from '../limits.ts';
import { conditionSql } from '../search/condition-sql.ts';
import { Parameters } from '../search/parameters.ts';
import { type RowContext, released, statementContext } from '../search/search-context.ts';
import { PATIENT_STATE_JOIN, PROJECTION, SNAPSHOT, type StoredVersion } from '../stored-row.ts';
import { fenced, type Statement } from './fenced.ts';
import type { SearchContext } from './search.ts';

/** Which rows of one type are taken out. */
export interface ExportScope {
  readonly type: ResourceType;
  /** All of the type, those of any patient, or those of these patients: storage keys, rising. */
  readonly of: 'system' | 'patients' | { readonly keys: readonly string[] };
  /** Only what was changed at this instant (ms since 1970) or later. */
  readonly since?: number | undefined;
  /** When it was asked for, ms since 1970: what was created later is left out. */
  readonly until: number;
  /** One of them holds, each of which is several criteria; none: all rows. */
  readonly filters: readonly (readonly Criterion[])[];
}

/** A row's place in a scope that stays: its id, or its patient's key and its own. */
export type ExportPosition = readonly string[];

/** Rows of a scope after one place up to another, both as `last` of a window gave them. */
export interface ExportRange {
  readonly after: ExportPosition | null;
  readonly upTo?: ExportPosition | null;
  /** Rows looked at at most, released or not: what a window costs. */
  readonly rows: number;
}

export interface ExportWindow {
  /** The last row looked at; null past the end. */
  readonly last: ExportPosition | null;
  /** Of the gate that decided. */
  readonly epoch: bigint;
}

type ExportContext = Omit<SearchContext, 'seal'>;

interface WindowColumns {
  /** Rows looked at, and how many of these fit. */
  readonly examined: string;
  readonly fitting: string;
  readonly last: ExportPosition | null;
  readonly visible: string;
}

/** How many rows of the next window may go out now, without looking at what is in them. */
export async function countExport(
  scope: ExportScope,
  range: ExportRange,
  context: ExportContext,
): Promise<ExportWindow & { readonly count: number }> {
  const { extra, epoch } = await fenced<WindowColumns>(context.db, context.gates, (gate) =>
    windowStatement(scope, range, { ...context, gate, content: false }),
  );
  return { count: Number(extra?.visible ?? 0), last: lastOf(extra, scope, range), epoch };
}

/** The rows of the next window that may go out, as they are now, decided in the snapshot they are read in. */
export async function readExport(
  scope: ExportScope,
  range: ExportRange,
  context: ExportContext,
): Promise<ExportWindow & { readonly versions: readonly StoredVersion[] }> {
  const { rows, extra, epoch } = await fenced<WindowColumns>(context.db, context.gates, (gate) =>
    windowStatement(scope, range, { ...context, gate, content: true }),
  );
  const versions = rows.filter((row) => row.released).map((row) => row.version);
  return { versions, last: lastOf(extra, scope, range), epoch };
}

/**
 * A window that is not full is the last, unless it looked at some of the patients only: then it
 * ends behind the last of these, whose rows have been seen.
 */
function lastOf(
  extra: WindowColumns | undefined,
  { of }: ExportScope,
  range: ExportRange,
): ExportPosition | null {
  if (extra === undefined) return null;
  const examined = Number(extra.examined);
  if (examined >= range.rows || examined > Number(extra.fitting)) return extra.last;
  if (typeof of === 'string') return null;
  const asked = patientsFrom(of.keys, range);
  const [further] = of.keys.slice(of.keys.indexOf(asked.at(-1) ?? '') + 1);
  const end = range.upTo?.[0];
  const done = further === undefined || (end !== undefined && BigInt(further) > BigInt(end));
  return done ? null : [asked.at(-1) ?? '', BEHIND_ALL];
}

/** No row's key: behind all rows of a patient. */
const BEHIND_ALL = String(2n ** 63n - 1n);

/** The next patients to look at, the one under way first. */
const patientsFrom = (keys: readonly string[], { after }: ExportRange): readonly string[] => {
  const from = after === null ? null : BigInt(after[0] ?? '0');
  const next = from === null ? keys : keys.filter((key) => BigInt(key) >= from);
  return next.slice(0, EXPORT_PATIENTS_A_WINDOW);
};

type Compilation = ExportContext & { readonly gate: AccessGate; readonly content: boolean };

function windowStatement(
  scope: ExportScope,
  range: ExportRange,
  { tenant, dictionary, gate, content }: Compilation,
): Statement {
  const parameters = new Parameters();
  const { bind } = parameters;
  const context: RowContext = {
    ...statementContext({ dictionary, gate, bind }),
    row: 'r',
    types: [scope.type],
  };
  const window = windowSql(scope, range, context);
  const meets = [released('r', context), ...conditionsOf(scope, context)].join(' and ');
  const found = content
    ? `select ${PROJECTION}, r.nth from w r ${PATIENT_STATE_JOIN} where ${meets}`
    : 'select null::bigint as key, null::bigint as nth';
  const visible = content ? '0' : `(select count(*) from w r where ${meets})`;
  return parameters.statement(
    tenant,
    `with seen as materialized (select w.*, row_number() over run as nth,
        sum(coalesce(pg_column_size(w.content), 0)) over run as size
        from (${window.sql}) w window run as (order by ${window.order})),
      w as (select * from seen ${content ? `where nth = 1 or size <= ${bind(EXPORT_WINDOW_BYTES)}` : ''})
      select snapshot.consent_epoch, snapshot.now_ms, (select count(*) from seen) as examined,
        (select count(*) from w) as fitting,
        (select ${window.position} from w order by w.nth desc limit 1) as last, ${visible} as visible, q.*
      from ${SNAPSHOT} left join lateral (${found}) q on true order by q.nth`,
  );
}

/** The rows that are looked at, before anything is asked of them: along an index, in an order that stays. */
function windowSql(scope: ExportScope, range: ExportRange, { bind }: RowContext) {
  const { of, type } = scope;
  const { after, upTo = null, rows } = range;
  const limit = `limit ${bind(rows)}::bigint`;
  const code = bind(typeCode(type));
  if (typeof of !== 'string') {
    const place = (position: ExportPosition): string =>
      `(${bind(position[0])}::bigint, ${bind(position[1])}::bigint)`;
    const bounds = [
      ...(after === null ? [] : [`(t.patient, t.key) > ${place(after)}`]),
      ...(upTo === null ? [] : [`(t.patient, t.key) <= ${place(upTo)}`]),
    ];
    const asked = bind(patientsFrom(of.keys, range));
    return {
      sql: `select t.* from unnest(${asked}::bigint[]) each(patient) join resource t
          on t.tenant = $1 and t.patient = each.patient and t.type = ${code} and not t.deleted
        ${bounds.length === 0 ? '' : `where ${bounds.join(' and ')}`} order by t.patient, t.key ${limit}`,
      order: 'w.patient, w.key',
      position: 'json_build_array(w.patient::text, w.key::text)',
    };
  }
  const bounds = [
    ...(after === null ? [] : [`and t.id > ${bind(after[0])}`]),
    ...(upTo === null ? [] : [`and t.id <= ${bind(upTo[0])}`]),
  ];
  return {
    sql: `select t.* from resource t where t.tenant = $1 and t.type = ${code} ${bounds.join(' ')}
      order by t.id ${limit}`,
    order: 'w.id',
    position: 'json_build_array(w.id)',
  };
}

function conditionsOf(scope: ExportScope, context: RowContext): string[] {
  const { bind } = context;
  const { of, since, until, filters } = scope;
  const instant = (ms: number): string => `${bind(new Date(ms).toISOString())}::timestamptz`;
  const met = filters.map((all) =>
    all.length === 0 ? 'true' : `(${all.map((c) => conditionSql(c, context)).join(' and ')})`,
  );
  return [
    // What was changed since it was asked for goes out as it is now: a correction is not withheld.
    `(r.updated <= ${instant(until)} or r.version > 1)`,
    ...(of === 'patients' ? ['r.patient is not null'] : []),
    ...(since === undefined ? [] : [`r.updated >= ${instant(since)}`]),
    ...(met.length === 0 ? [] : [`(${met.join(' or ')})`]),
  ];
}

/** Storage keys of patients by id, rising; those who are not there have none. */
export async function patientKeysOf(
  ids: readonly string[],
  { db, tenant }: Pick<SearchContext, 'db' | 'tenant'>,
): Promise<readonly string[]> {
  const { rows } = await db.query<{ patient: string }>(
    `select patient::text from patient_state where tenant = $1 and patient_id = any($2::text[])
      order by patient_state.patient`,
    [tenant, ids],
  );
  return rows.map(({ patient }) => patient);
}
