import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { MAX_FINDINGS, VERIFY_BATCHES_A_READ } from '../limits.ts';
import { splitHashes } from '../tiles/hash-tile.ts';
import type { FullTile } from '../tiles/tile-frontier.ts';
import type { LoggedBatch, RecordBody, StoredRecord } from '../verify/match-batch.ts';
import type { ReadBody, StoredBody } from './audit-bodies.ts';
import { type AuditKey, FIRST_KEY } from './stored-log.ts';

/** Reads bodies: `AuditBodies`, or `bodiesThere` for whoever does not hold the key ring. */
export interface BodyReader {
  read(source: Queryable, rows: readonly StoredBody[]): Promise<(ReadBody | Sealed)[]>;
}

interface Sealed {
  readonly state: 'sealed';
}

/** A batch of the log with the records that stand in its range. */
export interface PagedBatch extends LoggedBatch {
  readonly records: readonly StoredRecord[];
  readonly last: AuditKey;
  /** The record its end points at is there, and is its last entry. */
  readonly endsAtLast: boolean;
}

/** Rows read at a time after the log's end. */
const TAIL_ROWS = 2_000;

interface BatchRow {
  position: string;
  xid: string;
  id: string;
  audit_ids: string[];
  leaf_hashes: Buffer;
}

export interface LogReading {
  readonly tenant: TenantId;
  readonly bodies: BodyReader;
}

/** The log in order, a few batches in memory at a time. */
export async function* logBatches(
  source: Queryable,
  { tenant, bodies }: LogReading,
): AsyncGenerator<PagedBatch> {
  let after = FIRST_KEY;
  for (;;) {
    const { rows } = await source.query<BatchRow>(
      `select position, last_xid::text as xid, last_id as id, audit_ids, leaf_hashes
         from log_batch where tenant = $1 and (last_xid, last_id) > ($2::xid8, $3::bigint)
        order by last_xid, last_id limit $4`,
      [tenant, after.xid, after.id, VERIFY_BATCHES_A_READ],
    );
    for (const row of rows) {
      const last = { xid: row.xid, id: row.id };
      const records = await readRecords(source, { tenant, bodies, after, last });
      yield {
        position: Number(row.position),
        auditIds: row.audit_ids,
        leafHashes: splitHashes(row.leaf_hashes),
        records: records.map((record) => record.record),
        last,
        endsAtLast: records.some(
          ({ key, record }) =>
            key.id === last.id && key.xid === last.xid && record.auditId === row.audit_ids.at(-1),
        ),
      };
      after = last;
    }
    if (rows.length < VERIFY_BATCHES_A_READ) return;
  }
}

/** Records after the log's end. */
export async function* tailRecords(
  source: Queryable,
  { tenant, bodies, after }: LogReading & { readonly after: AuditKey },
): AsyncGenerator<StoredRecord> {
  let from = after;
  for (;;) {
    const rows = await readRecords(source, { tenant, bodies, after: from, last: null });
    for (const { record, key } of rows) {
      yield record;
      from = key;
    }
    if (rows.length < TAIL_ROWS) return;
  }
}

interface RecordRow {
  xid: string;
  id: string;
  audit_id: string;
  recorded: Date;
  actor: string;
  action: StoredRecord['action'];
  outcome: StoredRecord['outcome'];
  patient_tag: Buffer | null;
  leaf: Buffer;
  key_id: string;
  body: Buffer | null;
}

async function readRecords(
  source: Queryable,
  range: LogReading & { readonly after: AuditKey; readonly last: AuditKey | null },
): Promise<{ record: StoredRecord; key: AuditKey }[]> {
  const { tenant, bodies, after, last } = range;
  const bound = last === null ? '' : 'and (xid, id) <= ($5::xid8, $6::bigint)';
  const { rows } = await source.query<RecordRow>(
    `select xid::text as xid, id, audit_id, recorded, actor, action, outcome, patient_tag, leaf, key_id, body
       from audit where tenant = $1 and (xid, id) > ($2::xid8, $3::bigint) ${bound}
      order by audit.xid, id limit $4`,
    // A batch has at most 512 entries: more rows than the limit in its range are insertions.
    [tenant, after.xid, after.id, TAIL_ROWS, ...(last === null ? [] : [last.xid, last.id])],
  );
  const stored = rows.map((row) => ({
    ...row,
    auditId: row.audit_id,
    patientTag: row.patient_tag,
    keyId: row.key_id,
  }));
  const read = await bodies.read(source, stored);
  return stored.map(({ xid, id, recorded, actor, action, outcome, leaf, ...row }, index) => ({
    key: { xid, id },
    record: {
      ...{ recorded, actor, action, outcome, leaf, auditId: row.auditId },
      patientTag: row.patientTag,
      body: recordBody(read[index]),
    },
  }));
}

function recordBody(read: ReadBody | Sealed | undefined): RecordBody {
  if (read?.state === 'held') return { state: 'held', text: read.text, salt: read.salt };
  if (read?.state === 'altered' || read?.state === 'sealed') return { state: read.state };
  return { state: 'gone' };
}

/**
 * Tiles stored beyond those that a log of this size completes, e.g. `level 0, tile 7`. A log that has
 * grown since has the tiles of what was added to it.
 */
export async function surplusTiles(
  source: Queryable,
  { tenant, size }: { readonly tenant: TenantId; readonly size: number },
): Promise<string[]> {
  const { rows } = await source.query<{ level: number; index: string }>(
    `select level, index from log_tile
      where tenant = $1 and (index < 0 or level < 0 or level > 7
        or (index + 1)::numeric * 256::numeric ^ (least(level, 7) + 1) > greatest($2::bigint,
          (select position + entries from log_batch where tenant = $1 order by position desc limit 1)))
      order by level, index limit $3`,
    [tenant, size, MAX_FINDINGS],
  );
  return rows.map(({ level, index }) => `level ${level}, tile ${index}`);
}

/** Which of these tiles are not stored as they should be. */
export async function alteredTiles(
  source: Queryable,
  { tenant, tiles }: { readonly tenant: TenantId; readonly tiles: readonly FullTile[] },
): Promise<FullTile[]> {
  const altered: FullTile[] = [];
  for (const tile of tiles) {
    const { rows } = await source.query<{ root: Buffer; hashes: Buffer }>(
      'select root, hashes from log_tile where tenant = $1 and level = $2 and index = $3',
      [tenant, tile.level, tile.index],
    );
    const [row] = rows;
    if (!row?.root.equals(tile.root) || !row.hashes.equals(tile.hashes)) altered.push(tile);
  }
  return altered;
}
