import {
  type Criterion,
  type DateValue,
  isResourceType,
  mainDateParameter,
  type NumberValue,
  type QuantityValue,
  type ReferenceValue,
  type ResourceType,
  type TokenValue,
  typeCode,
} from '@holdfast/fhir';
import type { Bind } from '../access-gate.ts';
import { storeFault } from '../errors.ts';
import { timestamp } from '../index-rows.ts';
import { OWNER_PARAMETERS } from '../owner-parameters.ts';

/** The database's numbers, as far as a search needs them. */
export interface SearchDictionary {
  parameter(type: ResourceType, code: string): number;
  /** undefined where no resource uses the system. */
  knownSystem(uri: string): number | undefined;
}

export interface ConditionContext {
  readonly type: ResourceType;
  readonly dictionary: SearchDictionary;
  readonly bind: Bind;
  /** Placeholder of the tenant. */
  readonly tenant: string;
}

const TABLE = {
  token: 'token_index',
  string: 'string_index',
  date: 'date_index',
  reference: 'reference_index',
  number: 'quantity_index',
  quantity: 'quantity_index',
  uri: 'uri_index',
} as const;

const or = (parts: readonly string[]): string =>
  parts.length === 1 ? (parts[0] ?? 'false') : `(${parts.join(' or ')})`;

/** `x`'s rows of one parameter that belong to resource `r`, as an EXISTS condition. */
function exists(context: ConditionContext) {
  const { type, dictionary, bind, tenant } = context;
  return (table: string, param: string, condition: string): string => {
    return `exists (select from ${table} x where x.tenant = ${tenant}
      and x.param::integer = ${bind(dictionary.parameter(type, param))} and ${condition}
      and x.resource = r.key)`;
  };
}

/** A boolean SQL expression over alias `r` of `resource` that holds where the criterion does. */
export function conditionSql(criterion: Criterion, context: ConditionContext): string {
  const { bind } = context;
  switch (criterion.kind) {
    case 'id':
      return `r.id = any(${bind(criterion.values)}::text[])`;
    case 'lastUpdated':
      // An instant written by the server: a range of one millisecond.
      return or(
        criterion.values.map((v) => dateSql(v, ['r.updated', "r.updated + interval '1 ms'"], bind)),
      );
    case 'token': {
      const any = exists(context)(
        TABLE.token,
        criterion.param,
        tokenSql(criterion.values, context),
      );
      return criterion.modifier === 'not' ? `not ${any}` : any;
    }
    case 'string':
      return exists(context)(
        TABLE.string,
        criterion.param,
        or(criterion.values.map((value) => stringSql(value, criterion.modifier, bind))),
      );
    case 'date':
      return mainDateSql(criterion, context);
    case 'reference':
      return or(criterion.values.map((value) => referenceSql(criterion.param, value, context)));
    case 'number':
    case 'quantity':
      return exists(context)(
        TABLE.quantity,
        criterion.param,
        or(
          criterion.values.map((value: NumberValue | QuantityValue) => quantitySql(value, context)),
        ),
      );
    case 'uri':
      return exists(context)(
        TABLE.uri,
        criterion.param,
        `x.uri = any(${bind(criterion.values)}::text[])`,
      );
    case 'missing':
      return missingSql(criterion, context);
    case 'composite':
    case 'near':
    case 'chain':
    case 'has':
    case 'compartment':
    case 'valueSet':
    case 'subsumption':
      throw unsupported(criterion.kind);
  }
}

const unsupported = (kind: string) =>
  storeFault('STORE_SEARCH_UNSUPPORTED', {
    diagnostics: `Criteria of kind "${kind}" are not offered.`,
  });

export function tokenSql(
  values: readonly TokenValue[],
  { dictionary, bind }: ConditionContext,
): string {
  return or(
    values.map(({ system, code }) => {
      const parts: string[] = [];
      if (code !== undefined) parts.push(`x.code = ${bind(code)}`);
      if (system === null) parts.push('x.system = 0');
      else if (system !== undefined)
        parts.push(`x.system = ${bind(dictionary.knownSystem(system) ?? -1)}`);
      return parts.length === 0 ? 'true' : `(${parts.join(' and ')})`;
    }),
  );
}

function stringSql(
  value: { readonly folded: string; readonly exact: string },
  modifier: 'exact' | 'contains' | undefined,
  bind: Bind,
): string {
  if (modifier === 'exact')
    return `(x.folded = ${bind(value.folded.slice(0, 128))} and x.exact = ${bind(value.exact)})`;
  if (modifier === 'contains') return `position(${bind(value.folded)} in x.folded) > 0`;
  // Range operators, not LIKE: a generic plan keeps the index then. U+10FFFF sorts after all text.
  return `(x.folded >= ${bind(value.folded)} and x.folded < ${bind(`${value.folded}\u{10FFFF}`)})`;
}

/** https://hl7.org/fhir/R4/search.html#prefix over ranges `[start, end)` of value and search. */
function dateSql(value: DateValue, [start, end]: readonly [string, string], bind: Bind): string {
  const low = () => `${bind(timestamp(value.start))}::timestamptz`;
  const high = () => `${bind(timestamp(value.end))}::timestamptz`;
  switch (value.prefix) {
    case 'eq':
      return `(${start} >= ${low()} and ${end} <= ${high()})`;
    case 'ne':
      return `not (${start} >= ${low()} and ${end} <= ${high()})`;
    case 'gt':
      return `${end} > ${high()}`;
    case 'lt':
      return `${start} < ${low()}`;
    case 'ge':
      return `(${end} > ${high()} or ${start} >= ${low()})`;
    case 'le':
      return `(${start} < ${low()} or ${end} <= ${high()})`;
    case 'sa':
      return `${start} >= ${high()}`;
    case 'eb':
      return `${end} <= ${low()}`;
    case 'ap':
      return `(${start} < ${high()} and ${end} > ${low()})`;
  }
}

function mainDateSql(criterion: Criterion & { kind: 'date' }, context: ConditionContext): string {
  const { type, bind } = context;
  if (criterion.param !== mainDateParameter(type)) {
    const rows = criterion.values.map((value) => dateSql(value, ['x.start_at', 'x.end_at'], bind));
    return exists(context)(TABLE.date, criterion.param, or(rows));
  }
  const own = or(criterion.values.map((value) => dateSql(value, ['r.at', 'r.at_end'], bind)));
  return `(r.at_end > '-infinity' and ${own})`;
}

/** Types whose `patient` or `subject` can hold several patients; elsewhere the owner is the only one. */
const SEVERAL_PATIENTS: ReadonlySet<ResourceType> = new Set<ResourceType>([
  'Account',
  'Appointment',
  'AppointmentResponse',
  'AuditEvent',
  'Basic',
  'Communication',
  'CommunicationRequest',
  'Coverage',
  'Group',
  'Linkage',
  'List',
  'Patient',
  'Person',
  'Provenance',
  'Schedule',
  'Slot',
]);

const targetKey = (code: number, id: string, { bind, tenant }: ConditionContext): string =>
  `(select t.key from resource t where t.tenant = ${tenant} and t.type = ${bind(code)} and t.id = ${bind(id)})`;

function referenceSql(param: string, value: ReferenceValue, context: ConditionContext): string {
  const { type, bind, tenant } = context;
  if ('uri' in value) return exists(context)(TABLE.uri, param, `x.uri = ${bind(value.uri)}`);
  const parts: string[] = [];
  const types = value.types.filter(isResourceType);
  const owner = OWNER_PARAMETERS.get(param);
  if (owner !== undefined && types.includes('Patient')) {
    parts.push(`(r.patient = (select t.patient from patient_state t
      where t.tenant = ${tenant} and t.patient_id = ${bind(value.id)}) and r.owner_by & ${owner} <> 0)`);
  }
  const single = parts.length > 0 && !SEVERAL_PATIENTS.has(type);
  const rest = types.filter((target) => target !== 'Patient' || !single);
  if (rest.length > 0) {
    const keys = rest.map((target) => targetKey(typeCode(target), value.id, context));
    parts.push(
      exists(context)(
        TABLE.reference,
        param,
        `x.target = any(array[${keys.join(', ')}]::bigint[])`,
      ),
    );
  }
  return parts.length === 0 ? 'false' : or(parts);
}

function quantitySql(
  value: NumberValue | QuantityValue,
  { dictionary, bind }: ConditionContext,
): string {
  const parts: string[] = [];
  if ('code' in value && value.code !== undefined) parts.push(`x.unit = ${bind(value.code)}`);
  if ('system' in value && value.system !== undefined) {
    parts.push(`x.system = ${bind(dictionary.knownSystem(value.system) ?? -1)}`);
  }
  parts.push(rangeSql(value, bind));
  return `(${parts.join(' and ')})`;
}

function rangeSql({ prefix, value, low, high }: NumberValue, bind: Bind): string {
  const number = (n: number): string => `${bind(n)}::double precision`;
  switch (prefix) {
    case 'eq':
      return `x.low >= ${number(low)} and x.high <= ${number(high)}`;
    case 'ne':
      return `not (x.low >= ${number(low)} and x.high <= ${number(high)})`;
    case 'gt':
    case 'sa':
      return `x.${prefix === 'gt' ? 'high' : 'low'} > ${number(value)}`;
    case 'lt':
    case 'eb':
      return `x.${prefix === 'lt' ? 'low' : 'high'} < ${number(value)}`;
    case 'ge':
      return `x.high >= ${number(value)}`;
    case 'le':
      return `x.low <= ${number(value)}`;
    case 'ap':
      return `x.low <= ${number(high)} and x.high >= ${number(low)}`;
  }
}

function missingSql(criterion: Criterion & { kind: 'missing' }, context: ConditionContext): string {
  const { type } = context;
  const { rows, missing } = criterion;
  if (rows.length === 0) return missing ? 'false' : 'true';
  const present = or(
    rows.flatMap(({ kind, param }) => {
      if (kind === 'date' && param === mainDateParameter(type)) return ["r.at_end > '-infinity'"];
      if (kind === 'composite' || kind === 'near') throw unsupported(kind);
      const own = exists(context)(TABLE[kind], param, 'true');
      if (kind !== 'reference') return [own];
      const others = exists(context)(TABLE.uri, param, 'true');
      const owner = OWNER_PARAMETERS.get(param);
      return owner === undefined ? [own, others] : [own, others, `r.owner_by & ${owner} <> 0`];
    }),
  );
  return missing ? `not ${present}` : present;
}
