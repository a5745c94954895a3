import type { TenantId } from '@holdfast/kernel';
import { type AuditBodies, parseLeaf } from '@holdfast/ledger';
import type { Queryable } from '@holdfast/postgres';
import { fault } from '../errors.ts';
import { MAX_RECORDS_A_REPORT, MAX_RECORDS_EXAMINED, RECORDS_A_READ } from '../limits.ts';
import type { LogRecord } from '../log-record.ts';
import { type Period, type RecordPosition, type Slice, SliceWalk } from '../record-slices.ts';

export interface RecordQuestion extends Period {
  /** Of the one patient they are about; null: records about anybody and nobody. */
  readonly patientTag: Buffer | null;
  /** What the page before ended with. */
  readonly after: RecordPosition | null;
  readonly count: number;
  /** What a record must meet besides. */
  readonly matches: (record: LogRecord) => boolean;
}

export interface RecordPage {
  /** Newest first; fewer than asked for, even none, does not mean that there are no more. */
  readonly records: readonly LogRecord[];
  /** null on the last page. */
  readonly next: RecordPosition | null;
}

interface Row {
  audit_id: string;
  recorded: Date;
  actor: string;
  patient_tag: Buffer | null;
  leaf: Buffer;
  key_id: string;
  body: Buffer | null;
}

const COLUMNS = 'audit_id, recorded, actor, patient_tag, leaf, key_id, body';
const SLICE = `recorded >= $2 and recorded < $3 and (recorded, audit_id) < ($4, $5)
  order by recorded desc, audit_id desc limit $6`;
const OF_PATIENT = `select ${COLUMNS} from audit where tenant = $1 and patient_tag = $7 and ${SLICE}`;
const OF_ALL = `select ${COLUMNS} from audit where tenant = $1 and ${SLICE}`;
const BY_ID = `select ${COLUMNS} from audit where tenant = $1 and audit_id = $2 and recorded = $3`;

const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Reads the records of one tenant's log with their bodies. A page examines a bounded number of them. */
export class LogRecords {
  readonly #tenant: TenantId;
  readonly #bodies: AuditBodies;

  constructor({ tenant, bodies }: { readonly tenant: TenantId; readonly bodies: AuditBodies }) {
    this.#tenant = tenant;
    this.#bodies = bodies;
  }

  /** O(answer) for a patient's; else O(records examined), which MAX_RECORDS_EXAMINED bounds. */
  async page(source: Queryable, question: RecordQuestion): Promise<RecordPage> {
    const { patientTag, after, count, matches } = question;
    const walk = new SliceWalk(question, { after, wholeAtOnce: patientTag !== null });
    const found: LogRecord[] = [];
    let examined = 0;
    let limit = Math.min(Math.max(count + 1, RECORDS_A_READ.least), RECORDS_A_READ.most);
    for (let slice = walk.next(); slice !== null; slice = walk.next()) {
      const records = await this.#slice(source, { slice, patientTag, limit });
      for (const record of records) {
        if (matches(record)) found.push(record);
        if (found.length > count)
          return { records: found.slice(0, count), next: endOf(found, count) };
      }
      examined += records.length;
      const last = records.at(-1);
      const isFull = records.length === limit && last !== undefined;
      walk.found(slice, isFull ? positionOf(last) : null);
      if (isFull && examined >= MAX_RECORDS_EXAMINED) {
        return { records: found, next: positionOf(last) };
      }
      // Most do not match: the next read takes more.
      if (isFull) limit = RECORDS_A_READ.most;
    }
    return { records: found, next: null };
  }

  /**
   * All records about a patient, newest first: O(answer).
   * @throws Fault COMPLIANCE_TOO_MANY_RECORDS beyond MAX_RECORDS_A_REPORT
   */
  async about(source: Queryable, patientTag: Buffer, period: Period): Promise<LogRecord[]> {
    const most = MAX_RECORDS_A_REPORT;
    const slice = { ...period, after: null };
    const records = await this.#slice(source, { slice, patientTag, limit: most + 1 });
    if (records.length > most) throw fault('COMPLIANCE_TOO_MANY_RECORDS');
    return records;
  }

  /** @returns null where the log has no such record */
  async find(source: Queryable, auditId: string): Promise<LogRecord | null> {
    const recorded = timeOf(auditId);
    if (recorded === null) return null;
    const values = [this.#tenant, auditId, recorded.toISOString()];
    const { rows } = await source.query<Row>(BY_ID, values);
    return (await this.#read(source, rows))[0] ?? null;
  }

  async #slice(
    source: Queryable,
    {
      slice: { from, until, after },
      patientTag,
      limit,
    }: { readonly slice: Slice; readonly patientTag: Buffer | null; readonly limit: number },
  ): Promise<LogRecord[]> {
    const iso = (ms: number): string => new Date(ms).toISOString();
    const start = after ?? { recorded: iso(until), auditId: LAST_ID };
    const values = [this.#tenant, iso(from), iso(until), start.recorded, start.auditId, limit];
    const { rows } = await source.query<Row>(
      patientTag === null ? OF_ALL : OF_PATIENT,
      patientTag === null ? values : [...values, patientTag],
    );
    return this.#read(source, rows);
  }

  async #read(source: Queryable, rows: readonly Row[]): Promise<LogRecord[]> {
    const stored = rows.map(({ audit_id: auditId, patient_tag: patientTag, key_id, body }) => ({
      ...{ auditId, patientTag, body },
      keyId: key_id,
    }));
    const bodies = await this.#bodies.read(source, stored);
    return rows.map((row, index) => {
      const leaf = parseLeaf(row.leaf);
      if (!leaf.ok) throw fault('COMPLIANCE_RECORD_ALTERED');
      const body = bodies[index] ?? { state: 'altered' };
      const { audit_id: auditId, patient_tag: patientTag, recorded, actor } = row;
      return { auditId, patientTag, recorded, actor, leaf: leaf.value, leafBytes: row.leaf, body };
    });
  }
}

const positionOf = ({ recorded, auditId }: LogRecord): RecordPosition => ({
  recorded: recorded.toISOString(),
  auditId,
});

function endOf(found: readonly LogRecord[], count: number): RecordPosition | null {
  const last = found[count - 1];
  return last === undefined ? null : positionOf(last);
}

const UUID = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The millisecond a UUIDv7 was made in (RFC 9562 section 5.7); null where it is none. */
export function timeOf(auditId: string): Date | null {
  const [, high, low] = UUID.exec(auditId) ?? [];
  return high === undefined ? null : new Date(Number.parseInt(`${high}${low}`, 16));
}
