import { isResourceType, type ReferenceValue, typeCode } from '@holdfast/fhir';
import { indexedCode } from '../indexed-text.ts';
import { OWNER_PARAMETERS } from '../owner-parameters.ts';
import type { StatementContext } from './search-context.ts';

/** The values of a reference criterion by where they are looked up. */
export interface ReferenceGroups {
  /** Ids that may be patients, for parameters whose patient lies on the resource row. */
  readonly patients: readonly string[];
  readonly locals: readonly { readonly type: number; readonly id: string }[];
  readonly uris: readonly string[];
}

export function referenceGroups(param: string, values: readonly ReferenceValue[]): ReferenceGroups {
  const patients: string[] = [];
  const locals: { type: number; id: string }[] = [];
  const uris: string[] = [];
  for (const value of values) {
    if ('uri' in value) {
      uris.push(indexedCode(value.uri));
      continue;
    }
    if (OWNER_PARAMETERS.has(param) && value.types.includes('Patient')) patients.push(value.id);
    for (const type of value.types) {
      if (isResourceType(type)) locals.push({ type: typeCode(type), id: value.id });
    }
  }
  return { patients, locals, uris };
}

/** Storage keys of resources by type and id, as an array found once a statement. */
export function targetKeys(
  locals: ReferenceGroups['locals'],
  { bind, fresh }: StatementContext,
): string {
  const t = fresh();
  const [local] = locals;
  if (locals.length === 1 && local !== undefined) {
    return `(select ${t}.key from resource ${t}
      where ${t}.tenant = $1 and ${t}.type = ${bind(local.type)} and ${t}.id = ${bind(local.id)})`;
  }
  return `any(array(select ${t}.key
    from unnest(${bind(locals.map((l) => l.type))}::smallint[], ${bind(locals.map((l) => l.id))}::text[])
      as v(type, id)
    join resource ${t} on ${t}.tenant = $1 and ${t}.type = v.type and ${t}.id = v.id))`;
}

/** Storage keys of patients by id, likewise. */
export function patientKeys(ids: readonly string[], { bind, fresh }: StatementContext): string {
  const p = fresh();
  if (ids.length === 1) {
    return `(select ${p}.patient from patient_state ${p}
      where ${p}.tenant = $1 and ${p}.patient_id = ${bind(ids[0])})`;
  }
  return `any(array(select ${p}.patient from patient_state ${p}
    where ${p}.tenant = $1 and ${p}.patient_id = any(${bind(ids)}::text[])))`;
}

/** The bit of `resource.owner_by` that says that the owner is a value of this parameter. */
export const ownerBit = (param: string): number => OWNER_PARAMETERS.get(param) ?? 0;
