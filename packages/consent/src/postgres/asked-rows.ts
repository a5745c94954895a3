import { type ResourceType, typeCode } from '@holdfast/fhir';
import type { ResourceKey, TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { type RowFacts, tiesSql } from '@holdfast/store';
import { CONFIDENTIALITY } from '../labels/confidentiality.ts';

/** A row that somebody asks about: a stored resource, or any ordinary one of its type. */
export interface AskedRow {
  readonly patientId: string;
  readonly type: ResourceType;
  /** A stored resource of the patient; without it a resource of normal confidentiality, unlabelled. */
  readonly id?: string | undefined;
}

/** Rows with their facts, all of one snapshot. */
export interface FoundRows {
  /** In the order asked; undefined where there is no such patient, or no such resource of theirs. */
  readonly rows: readonly (RowFacts | undefined)[];
  /** `tenant_state.consent_epoch`. */
  readonly epoch: bigint;
  /** The statement's clock, ms since 1970. */
  readonly nowMs: number;
}

/** Columns of `FIND_ASKED`, as `pg` delivers them. */
export interface AskedColumns {
  readonly epoch: string;
  readonly now_ms: number;
  readonly position: string | null;
  readonly patient: string | null;
  readonly consent_class: number;
  readonly residual: string[];
  readonly ties: string[];
  readonly key: string | null;
  readonly content: string | null;
  readonly confidentiality: number;
  readonly sensitivity: string;
  readonly others:
    | readonly {
        readonly patient: string;
        readonly patient_id: string | null;
        readonly consent_class: number | null;
        readonly residual: string[] | null;
        readonly ties: string[] | null;
      }[]
    | null;
}

/** $1 tenant, $2 patient ids, $3 type codes, $4 ids or nulls; at least one row. */
export const FIND_ASKED = `select
      coalesce((select t.consent_epoch from tenant_state t where t.tenant = $1), 0) as epoch,
      (extract(epoch from statement_timestamp()) * 1000)::float8 as now_ms, found.*
    from (select 1) as one left join lateral (
      select asked.position, s.patient, s.consent_class, s.residual,
        ${tiesSql('s')} as ties, r.key, r.content, r.confidentiality, r.sensitivity, r.other_patients,
        (select json_agg(json_build_object('patient', named.patient::text, 'patient_id', o.patient_id,
            'consent_class', o.consent_class, 'residual', o.residual,
            'ties', ${tiesSql('o')}) order by named.position)
          from unnest(r.other_patients) with ordinality as named(patient, position)
          left join patient_state o on o.tenant = $1 and o.patient = named.patient) as others
      from unnest($2::text[], $3::smallint[], $4::text[]) with ordinality
        as asked(patient_id, type, id, position)
      join patient_state s on s.tenant = $1 and s.patient_id = asked.patient_id
      left join resource r on r.tenant = $1 and r.type = asked.type and r.id = asked.id
        and r.patient = s.patient and not r.deleted) as found on true`;

const FIND = { name: 'consent_asked_rows', text: FIND_ASKED };

// No gate knows this class, so a patient without a state row hides what names them (CON-3).
const NO_CLASS = -1;

/** Looks up what is asked about, by the consent state of the same snapshot. */
export async function findAskedRows(
  db: Queryable,
  tenant: TenantId,
  asked: readonly AskedRow[],
): Promise<FoundRows> {
  const { rows } = await db.query<AskedColumns>({ ...FIND, values: askedValues(tenant, asked) });
  return foundRows(asked, rows);
}

/** Parameters of `FIND_ASKED`. */
export const askedValues = (tenant: TenantId, asked: readonly AskedRow[]): unknown[] => [
  tenant,
  asked.map(({ patientId }) => patientId),
  asked.map(({ type }) => typeCode(type)),
  asked.map(({ id }) => id ?? null),
];

/** What `FIND_ASKED` returned, in the order asked. */
export function foundRows(asked: readonly AskedRow[], rows: readonly AskedColumns[]): FoundRows {
  const byPosition = new Map(rows.map((row) => [Number(row.position), row]));
  return {
    rows: asked.map((each, index) => factsOf(each, byPosition.get(index + 1))),
    epoch: BigInt(rows[0]?.epoch ?? 0),
    nowMs: rows[0]?.now_ms ?? 0,
  };
}

function factsOf(asked: AskedRow, found: AskedColumns | undefined): RowFacts | undefined {
  if (found === undefined || found.patient === null) return undefined;
  if (asked.id !== undefined && found.key === null) return undefined;
  const isStored = found.key !== null;
  return {
    type: asked.type,
    id: asked.id ?? '',
    patient: BigInt(found.patient) as ResourceKey,
    patientId: asked.patientId,
    content: found.content,
    confidentiality: isStored ? found.confidentiality : CONFIDENTIALITY.N,
    sensitivity: isStored ? BigInt(found.sensitivity) : 0n,
    consentClass: found.consent_class,
    residual: found.residual,
    ties: found.ties,
    others: (found.others ?? []).map((other) => ({
      patient: BigInt(other.patient) as ResourceKey,
      patientId: other.patient_id,
      consentClass: other.consent_class ?? NO_CLASS,
      residual: other.residual ?? [],
      ties: other.ties ?? [],
    })),
  };
}
