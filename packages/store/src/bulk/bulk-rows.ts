import { typeCode } from '@holdfast/fhir';
import { invariant } from '@holdfast/kernel';
import type { WritePlan } from '../write-plan.ts';
import { CopyText, copyField, copyRow } from './copy-text.ts';

/** The rows of a plan of creates, as `store_write` would insert them, under keys that are given. */
export interface BulkRows {
  readonly tables: readonly CopyText[];
  /** Of each change: the key of the patient in whose record it lies. */
  readonly patients: readonly (number | null)[];
  /** Arguments of `store_share_labels`. */
  readonly sharing: {
    readonly members: readonly number[];
    readonly sources: readonly number[];
    readonly raises: readonly boolean[];
  };
}

const COLUMNS = {
  resource:
    'tenant key type id version updated patient owner_by other_patients at at_end confidentiality sensitivity labelling deleted content',
  patient_state: 'tenant patient patient_id',
  token_index: 'tenant param code system at resource patient',
  reference_index: 'tenant param target at resource',
  uri_index: 'tenant param uri at resource',
  string_index: 'tenant param folded tail exact resource',
  date_index: 'tenant param start_at end_at resource',
  quantity_index: 'tenant param unit system low high resource',
  composite_index: 'tenant param code system text text_system low high low2 high2 resource',
  position_index: 'tenant param latitude longitude resource',
} as const;

/** Tables of a bulk load, whose secondary indexes are built afterwards. */
export const BULK_TABLES = Object.keys(COLUMNS);

/**
 * @param firstKey storage key of the first change; the others follow in order
 * @throws InvariantViolation where something outside of the plan is referred to
 */
export function bulkRows(tenant: number, plan: WritePlan, firstKey: number): BulkRows {
  const keyOf = (position: number): number => firstKey + position - 1;
  const target = (nth: number): number | null => {
    const found = plan.targets[nth - 1];
    invariant(found !== undefined, 'STO-21 a plan refers to its own targets');
    if (found.position !== null) return keyOf(found.position);
    invariant(!found.required, `STO-21 a bulk load is whole: ${found.type}/${found.id} is missing`);
    return null;
  };
  const tables = new Tables(tenant);
  const patients: (number | null)[] = plan.owner.map((nth) => (nth === null ? null : target(nth)));
  plan.inherits.forEach((nth, index) => {
    const position = nth === null ? null : plan.targets[nth - 1]?.position;
    if (position) patients[index] = patients[position - 1] ?? null;
  });
  for (let index = 0; index < plan.changes.length; index++) {
    tables.add(plan, { index, key: keyOf(index + 1), patient: patients[index] ?? null, target });
  }
  const sharing = plan.sharing.map((each) => ({ ...each, source: target(each.source) }));
  const known = sharing.filter(({ source }) => source !== null);
  return {
    tables: tables.all.filter((table) => !table.isEmpty),
    patients,
    sharing: {
      members: known.map(({ resource }) => keyOf(resource)),
      sources: known.map(({ source }) => source ?? 0),
      raises: known.map(({ raises }) => raises),
    },
  };
}

interface Place {
  readonly index: number;
  readonly key: number;
  readonly patient: number | null;
  readonly target: (nth: number) => number | null;
}

const table = (name: keyof typeof COLUMNS) => new CopyText(name, COLUMNS[name]);

class Tables {
  readonly #tenant: number;
  readonly #resource = table('resource');
  readonly #state = table('patient_state');
  readonly #token = table('token_index');
  readonly #reference = table('reference_index');
  readonly #uri = table('uri_index');
  readonly #string = table('string_index');
  readonly #date = table('date_index');
  readonly #quantity = table('quantity_index');
  readonly #composite = table('composite_index');
  readonly #position = table('position_index');

  constructor(tenant: number) {
    this.#tenant = tenant;
  }

  get all(): readonly CopyText[] {
    return [
      this.#resource,
      this.#state,
      this.#token,
      this.#reference,
      this.#uri,
      this.#string,
      this.#date,
      this.#quantity,
      this.#composite,
      this.#position,
    ];
  }

  add(plan: WritePlan, place: Place): void {
    const { index, key, patient, target } = place;
    const change = plan.changes[index];
    invariant(change !== undefined && change.content !== null, 'STO-21 a bulk load only creates');
    const tenant = this.#tenant;
    const others = plan.others[index]?.split(',').map((nth) => target(Number(nth)));
    this.#resource.add(
      copyRow(
        tenant,
        key,
        typeCode(change.type),
        change.id,
        change.version,
        change.updated,
        patient,
        change.ownerBy,
        others === undefined ? null : `{${others.join(',')}}`,
        change.at,
        change.atEnd,
        change.confidentiality,
        change.sensitivity,
        change.labelling,
        false,
        change.content,
      ),
    );
    if (change.type === 'Patient') this.#state.add(copyRow(tenant, key, change.id));
    this.#values(plan, place, change.at);
  }

  #values(plan: WritePlan, { index, key, patient, target }: Place, at: string): void {
    const tenant = this.#tenant;
    const rows = plan.added[index];
    invariant(rows !== undefined, 'STO-21 a plan has the rows of each change');
    for (const [param, code, system, selective] of rows.token) {
      const of = selective && patient !== null ? patient : '\\N';
      this.#token.add(`${tenant}\t${param}\t${copyField(code)}\t${system}\t${at}\t${key}\t${of}`);
    }
    rows.reference.forEach(([param], nth) => {
      const to = target(plan.referenceTargets[index]?.[nth] ?? 0);
      if (to !== null) this.#reference.add(`${tenant}\t${param}\t${to}\t${at}\t${key}`);
    });
    for (const [param, uri] of rows.uri) this.#uri.add(copyRow(tenant, param, uri, at, key));
    for (const [param, folded, tail, exact] of rows.string) {
      const text = `${copyField(folded)}\t${copyField(tail)}\t${copyField(exact)}`;
      this.#string.add(`${tenant}\t${param}\t${text}\t${key}`);
    }
    for (const [param, start, end] of rows.date)
      this.#date.add(copyRow(tenant, param, start, end, key));
    for (const row of rows.quantity) this.#quantity.add(copyRow(tenant, ...row, key));
    for (const row of rows.composite) this.#composite.add(copyRow(tenant, ...row, key));
    for (const row of rows.position) this.#position.add(copyRow(tenant, ...row, key));
  }
}
