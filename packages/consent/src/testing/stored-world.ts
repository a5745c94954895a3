import { type ResourceType, typeCode } from '@holdfast/fhir';
import type { ResourceKey } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { clinicalTimeOf, type RowFacts, tiesSql } from '@holdfast/store';
import { tieKey } from '../relations/relationship.ts';

/** Tests that are not about relationships start where there is one. */
const TREATED_BY_ALL: readonly string[] = ['Practitioner/a', 'Practitioner/nobody'].map((each) =>
  tieKey('care-team', each),
);

/** Rows as the store writes them, without the store: what the consent engine reads and decides. */
export class StoredWorld {
  readonly #db: Queryable;
  #next = 0;

  constructor(db: Queryable) {
    this.#db = db;
  }

  /**
   * A Patient with its state row; returns its storage key.
   * @param ties as `tieKey` spells them
   */
  async patient(id: string, ties = TREATED_BY_ALL): Promise<ResourceKey> {
    const key = await this.resource({ type: 'Patient', id, patient: null });
    await this.#db.query('update resource set patient = key where key = $1', [String(key)]);
    await this.#db.query(
      'insert into patient_state (tenant, patient, patient_id, ties) values (1, $1, $2, $3)',
      [String(key), id, ties],
    );
    return key;
  }

  async resource(row: {
    readonly type: ResourceType;
    readonly id?: string;
    readonly patient: ResourceKey | null;
    readonly others?: readonly ResourceKey[];
    readonly confidentiality?: number;
    readonly sensitivity?: bigint;
    readonly content?: object;
  }): Promise<ResourceKey> {
    const id = row.id ?? `r${++this.#next}`;
    const content = { ...row.content, resourceType: row.type, id };
    const time = clinicalTimeOf(content);
    const { rows } = await this.#db.query<{ key: string }>(
      `insert into resource (tenant, type, id, version, updated, patient, other_patients,
        confidentiality, sensitivity, content, at, at_end)
      values (1, $1, $2, 1, now(), $3, $4, $5, $6, $7, $8, $9) returning key`,
      [
        typeCode(row.type),
        id,
        row.patient === null ? null : String(row.patient),
        row.others?.map(String) ?? null,
        row.confidentiality ?? 3,
        String(row.sensitivity ?? 0n),
        JSON.stringify(content),
        time === undefined ? '-infinity' : new Date(time.start),
        time === undefined ? '-infinity' : new Date(time.end),
      ],
    );
    return BigInt(rows[0]?.key ?? 0) as ResourceKey;
  }
}

export interface DecidedRow {
  readonly key: string;
  readonly facts: RowFacts;
  /** What `releasable` said in the same statement. */
  readonly released: boolean;
  readonly nowMs: number;
}

interface StatementRow {
  readonly key: string;
  readonly type: number;
  readonly id: string;
  readonly patient: string | null;
  readonly patient_id: string | null;
  readonly content: string | null;
  readonly confidentiality: number;
  readonly sensitivity: string;
  readonly consent_class: number | null;
  readonly residual: string[] | null;
  readonly ties: string[] | null;
  readonly others: { id: string; class: number; residual: string[]; ties: string[] }[] | null;
  readonly released: boolean;
  readonly epoch: string;
  readonly now_ms: number;
}

/** Every resource with its facts and the SQL form's verdict, in one snapshot. */
export async function decidedRows(
  db: Queryable,
  releasable: (alias: string, bind: (value: unknown) => string) => string,
  typeName: (code: number) => string,
): Promise<{ readonly rows: readonly DecidedRow[]; readonly epoch: bigint }> {
  const values: unknown[] = [];
  const predicate = releasable('r', (value) => `$${values.push(value)}`);
  const { rows } = await db.query<StatementRow>(
    `select r.key, r.type, r.id, r.patient, p.patient_id, r.content, r.confidentiality, r.sensitivity,
      p.consent_class, p.residual, ${tiesSql('p')} as ties, ${predicate} as released,
      (select jsonb_agg(jsonb_build_object('id', o.patient_id, 'class', o.consent_class,
        'residual', o.residual, 'ties', ${tiesSql('o')})) from patient_state o where o.patient = any(r.other_patients)) as others,
      coalesce((select consent_epoch from tenant_state), 0) as epoch,
      (extract(epoch from statement_timestamp()) * 1000)::float8 as now_ms
    from resource r left join patient_state p on p.tenant = r.tenant and p.patient = r.patient
    order by r.key`,
    values,
  );
  return {
    epoch: BigInt(rows[0]?.epoch ?? 0),
    rows: rows.map((row) => ({
      key: row.key,
      released: row.released,
      nowMs: row.now_ms,
      facts: {
        type: typeName(row.type),
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
          patient: null,
          patientId: other.id,
          consentClass: other.class,
          residual: other.residual,
          ties: other.ties,
        })),
      },
    })),
  };
}
