import { type ResourceType, redactText, typeOfCode } from '@holdfast/fhir';
import { invariant, type ResourceKey } from '@holdfast/kernel';
import type { RowFacts } from './access-gate.ts';

/** A stored version as a statement returned it, with what its release is decided by. */
export interface StoredVersion {
  readonly key: ResourceKey;
  readonly type: ResourceType;
  readonly id: string;
  readonly version: number;
  /** RFC 3339, milliseconds, UTC. */
  readonly updated: string;
  readonly deleted: boolean;
  /** The resource as JSON text; null when deleted. */
  readonly content: string | null;
  readonly facts: RowFacts;
}

/** Columns of {@link PROJECTION} as `pg` delivers them. */
export interface ProjectedRow {
  key: string | null;
  type: number;
  id: string;
  version: number;
  updated: Date;
  deleted: boolean;
  content: string | null;
  patient: string | null;
  patient_id: string | null;
  confidentiality: number;
  sensitivity: string;
  consent_class: number | null;
  residual: string[] | null;
  ties: string[] | null;
  others:
    | {
        patient: number;
        patient_id: string;
        consent_class: number;
        residual: string[];
        ties: string[];
      }[]
    | null;
}

/** The ties of a `patient_state` row that hold at the statement's own clock. */
export const tiesSql = (state: string): string =>
  `case when ${state}.passing_ties is null then ${state}.ties
    else ${state}.ties || ties_held(${state}.passing_ties, statement_timestamp()) end`;

/** What every statement that may release data returns about a row of `resource r` (invariant 1). */
export const PROJECTION = `r.key, r.type, r.id, r.version, r.updated, r.deleted, r.content, r.patient,
  r.confidentiality, r.sensitivity, ps.patient_id, ps.consent_class, ps.residual,
  ${tiesSql('ps')} as ties,
  case when r.other_patients is not null then (
    select json_agg(json_build_object('patient', named, 'patient_id', coalesce(o.patient_id, ''),
      -- Without a state row nothing is known of the patient's consents: a class no gate knows hides it.
      'consent_class', coalesce(o.consent_class, -1), 'residual', coalesce(o.residual, '{}'),
      'ties', coalesce(${tiesSql('o')}, '{}')))
    from unnest(r.other_patients) named
    left join patient_state o on o.tenant = r.tenant and o.patient = named) end as others`;

export const PATIENT_STATE_JOIN =
  'left join patient_state ps on ps.tenant = r.tenant and ps.patient = r.patient';

/** The epoch and the instant by which all rows of the statement are decided; one row always. */
export const SNAPSHOT = `(select
    coalesce((select t.consent_epoch from tenant_state t where t.tenant = $1), 0) as consent_epoch,
    extract(epoch from statement_timestamp()) * 1000 as now_ms) as snapshot`;

export interface SnapshotColumns {
  consent_epoch: string;
  now_ms: string;
}

/** @returns null for the all-null row of a left join that found nothing. */
export function storedVersion(row: ProjectedRow): StoredVersion | null {
  if (row.key === null) return null;
  const type = typeOfCode(row.type);
  invariant(type !== undefined, 'STO-5 a stored type code is a known resource type');
  return {
    key: BigInt(row.key) as ResourceKey,
    type,
    id: row.id,
    version: row.version,
    updated: row.updated.toISOString(),
    deleted: row.deleted,
    content: row.content,
    facts: {
      type,
      id: row.id,
      patient: row.patient === null ? null : (BigInt(row.patient) as ResourceKey),
      patientId: row.patient_id,
      confidentiality: row.confidentiality,
      sensitivity: BigInt(row.sensitivity),
      content: row.content,
      consentClass: row.consent_class ?? 0,
      residual: row.residual ?? [],
      ties: row.ties ?? [],
      others: (row.others ?? []).map((other) => ({
        patient: BigInt(other.patient) as ResourceKey,
        patientId: other.patient_id,
        consentClass: other.consent_class,
        residual: other.residual,
        ties: other.ties,
      })),
    },
  };
}

/** A version as it goes out without some elements; `facts` keep what was decided about. */
export function redacted(version: StoredVersion, elements: readonly string[]): StoredVersion {
  const { content, type } = version;
  return content === null ? version : { ...version, content: redactText(content, type, elements) };
}
