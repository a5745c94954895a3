import { err, ok, type Result, type TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import type { LabelSetFinding, LabelSets } from '../labels/label-sets.ts';
import { readLabelSets } from '../labels/read-label-sets.ts';
import { STARTER_LABEL_SETS } from '../labels/starter-label-sets.ts';
import { MAX_LABEL_SET_CHARACTERS } from '../limits.ts';

/** How far the stored data is labelled by the sets in force. */
export interface LabellingStatus {
  /** 0: the starter sets. */
  readonly version: number;
  readonly title: string;
  /** RFC 3339; undefined for the starter sets. */
  readonly loadedAt: string | undefined;
  readonly loadedBy: string | undefined;
  /** Undefined where nothing was ever loaded: all was labelled as it was written. */
  readonly relabelling: RelabellingProgress | undefined;
}

export interface RelabellingProgress {
  readonly patients: number;
  readonly patientsTotal: number;
  readonly resources: number;
  /** Resources that have other labels than before. */
  readonly changed: number;
  readonly finishedAt: string | undefined;
}

interface Row {
  readonly version: number;
  readonly title: string | null;
  readonly loaded: Date | null;
  readonly loaded_by: string | null;
  readonly patients: number | null;
  readonly total: string;
  readonly resources: string;
  readonly changed: string;
  readonly finished: Date | null;
}

const STATUS = {
  name: 'consent_labelling_status',
  text: `select coalesce(t.labelling, 0) as version, l.document::json ->> 'title' as title, l.loaded,
      l.loaded_by, j.patients, j.resources, j.changed, j.finished,
      (select count(*) from patient_state s where s.tenant = $1) as total
    from (select 1) as one
    left join tenant_state t on t.tenant = $1
    left join label_sets l on l.tenant = $1 and l.version = t.labelling
    left join relabelling j on j.tenant = $1`,
};

/** An organisation's label sets: loaded whole, in force at once, kept under their number. */
export class LabelSetStore {
  readonly #tenant: TenantId;
  readonly #db: Queryable;

  constructor(tenant: TenantId, db: Queryable) {
    this.#tenant = tenant;
    this.#db = db;
  }

  /** Checks a document and puts it in force for all that is written from now on. */
  async load(
    document: unknown,
    by: string,
  ): Promise<Result<{ readonly version: number }, readonly LabelSetFinding[]>> {
    const read = readLabelSets(document);
    if (!read.ok) return read;
    const text = JSON.stringify(read.value);
    if (text.length > MAX_LABEL_SET_CHARACTERS) {
      return err([{ path: '', text: `Longer than ${MAX_LABEL_SET_CHARACTERS} characters.` }]);
    }
    const { rows } = await this.#db.query<{ version: number }>({
      name: 'consent_load_label_sets',
      text: 'select load_label_sets($1::smallint, $2, $3) as version',
      values: [this.#tenant, text, by],
    });
    return ok({ version: rows[0]?.version ?? 0 });
  }

  /** Has all stored data labelled again by the sets in force; `relabel` does it. */
  async startOver(): Promise<void> {
    await this.#db.query({
      name: 'consent_start_relabelling',
      text: 'select start_relabelling($1::smallint)',
      values: [this.#tenant],
    });
  }

  async status(): Promise<LabellingStatus> {
    const { rows } = await this.#db.query<Row>({ ...STATUS, values: [this.#tenant] });
    const [row] = rows;
    const relabelling =
      row === undefined || row.patients === null
        ? undefined
        : {
            patients: row.patients,
            patientsTotal: Number(row.total),
            resources: Number(row.resources),
            changed: Number(row.changed),
            finishedAt: row.finished?.toISOString(),
          };
    return {
      version: row?.version ?? 0,
      title: row?.title ?? STARTER_LABEL_SETS.title,
      loadedAt: row?.loaded?.toISOString(),
      loadedBy: row?.loaded_by ?? undefined,
      relabelling,
    };
  }
}

/** Sets by their number, as they were loaded; number 0 is the starter sets. */
export async function findLabelSets(
  db: Queryable,
  tenant: TenantId,
  version: number,
): Promise<LabelSets | undefined> {
  if (version === 0) return STARTER_LABEL_SETS;
  const { rows } = await db.query<{ document: string }>({
    name: 'consent_label_sets',
    text: 'select document from label_sets where tenant = $1 and version = $2',
    values: [tenant, version],
  });
  const [row] = rows;
  // It was read before it was stored, and nobody can change it.
  return row && (JSON.parse(row.document) as LabelSets);
}
