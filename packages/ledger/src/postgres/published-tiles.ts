import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { fault } from '../errors.ts';
import { encodeEntryBundle } from '../tiles/entry-bundle.ts';
import { joinHashes } from '../tiles/hash-tile.ts';
import { TILE_WIDTH, type TileId } from '../tiles/tile-path.ts';
import { readLatestCheckpoint, readTileHashes } from './stored-log.ts';

/** Which tile of whose log. */
export interface PublishedTile extends TileId {
  readonly tenant: TenantId;
}

/**
 * A tile as C2SP tlog-tiles serves it, hash tile or entry bundle: whole or partial, and only as far
 * as the newest checkpoint covers it. What it says never changes.
 * @throws Fault LED_NO_SUCH_TILE; LED_ALTERED where the stored log does not have it
 */
export async function readPublishedTile(
  source: Queryable,
  tile: PublishedTile,
): Promise<Uint8Array> {
  const { tenant, level, index, width } = tile;
  const size = (await readLatestCheckpoint(source, tenant))?.size ?? 0;
  const height = level === 'entries' ? 0 : level;
  const hashes = Math.floor(size / TILE_WIDTH ** height);
  if (index * TILE_WIDTH + width > hashes) throw fault('LED_NO_SUCH_TILE');
  if (level !== 'entries') {
    const stored = await readTileHashes(source, { tenant, size, level, index });
    return joinHashes(stored.slice(0, width));
  }
  const from = index * TILE_WIDTH;
  return encodeEntryBundle(await readEntries(source, { tenant, from, to: from + width }));
}

interface BatchRow {
  position: string;
  audit_ids: string[];
  after_xid: string | null;
  after_id: string | null;
  last_xid: string;
  last_id: string;
}

// Each batch with where the one before it ended: its records stand in between.
const BATCHES = `select b.position, b.audit_ids, b.last_xid::text as last_xid, b.last_id,
    a.last_xid::text as after_xid, a.last_id as after_id
  from log_batch b
  left join lateral (
    select last_xid, last_id from log_batch p
    where p.tenant = b.tenant and p.position < b.position order by p.position desc limit 1) a on true
  where b.tenant = $1 and b.position < $3 and b.position >= coalesce(
    (select max(position) from log_batch where tenant = $1 and position <= $2), 0)
  order by b.position`;

/**
 * Leaves of the entries [from, to), in the order of the log.
 * @throws Fault LED_ALTERED where one is missing
 */
export async function readEntries(
  source: Queryable,
  { tenant, from, to }: { readonly tenant: TenantId; readonly from: number; readonly to: number },
): Promise<Uint8Array[]> {
  const { rows: batches } = await source.query<BatchRow>(BATCHES, [tenant, from, to]);
  const leaves: Uint8Array[] = [];
  for (const batch of batches) {
    const start = Number(batch.position);
    const wanted = batch.audit_ids.slice(Math.max(0, from - start), Math.max(0, to - start));
    const { rows } = await source.query<{ audit_id: string; leaf: Buffer }>(
      `select audit_id, leaf from audit where tenant = $1
        and (xid, id) > ($2::xid8, $3::bigint) and (xid, id) <= ($4::xid8, $5::bigint)`,
      [tenant, batch.after_xid ?? '0', batch.after_id ?? '0', batch.last_xid, batch.last_id],
    );
    const byId = new Map(rows.map((row) => [row.audit_id, row.leaf]));
    for (const auditId of wanted) {
      const leaf = byId.get(auditId);
      if (leaf === undefined) throw fault('LED_ALTERED', { diagnostics: `record ${auditId}` });
      leaves.push(leaf);
    }
  }
  return leaves;
}
