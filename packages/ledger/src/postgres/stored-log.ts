import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { fault } from '../errors.ts';
import type { Hash } from '../merkle/hash.ts';
import type { NodeId, ReadNodes } from '../merkle/subtree.ts';
import { nodeTreeHasher } from '../sha256/node.ts';
import { hashOver, splitHashes, tileSpan } from '../tiles/hash-tile.ts';
import { TILE_WIDTH, tilesAt } from '../tiles/tile-path.ts';

/** Key of an audit row: the order of the log. `xid` is an xid8 in decimal. */
export interface AuditKey {
  readonly xid: string;
  readonly id: string;
}

/** Before every row. */
export const FIRST_KEY: AuditKey = { xid: '0', id: '0' };

export interface LogEnd {
  readonly size: number;
  /** Key of the last entry's row. */
  readonly last: AuditKey;
}

/** How far the log of a tenant goes. */
export async function readLogEnd(source: Queryable, tenant: TenantId): Promise<LogEnd> {
  const { rows } = await source.query<{ size: string; xid: string; id: string }>(
    `select position + entries as size, last_xid::text as xid, last_id as id
       from log_batch where tenant = $1 order by position desc limit 1`,
    [tenant],
  );
  const [end] = rows;
  if (end === undefined) return { size: 0, last: FIRST_KEY };
  return { size: Number(end.size), last: { xid: end.xid, id: end.id } };
}

export interface StoredCheckpoint {
  readonly size: number;
  readonly note: string;
}

/** The newest checkpoint of a tenant's log, with the cosignatures it has. */
export async function readLatestCheckpoint(
  source: Queryable,
  tenant: TenantId,
): Promise<StoredCheckpoint | null> {
  const { rows } = await source.query<{ size: string; note: string }>(
    `select size, note || coalesce((
       select string_agg(line, '' order by witness) from log_cosignature s
       where s.tenant = c.tenant and s.size = c.size), '') as note
     from log_checkpoint c where tenant = $1 order by size desc limit 1`,
    [tenant],
  );
  const [row] = rows;
  return row === undefined ? null : { size: Number(row.size), note: row.note };
}

/** Which tile of which log, as it was when the log had `size` entries. */
export interface TileAddress {
  readonly tenant: TenantId;
  readonly size: number;
  readonly level: number;
  readonly index: number;
}

/** The hashes of a tile, complete or not. Throws Fault LED_ALTERED where stored ones are missing. */
export async function readTileHashes(source: Queryable, tile: TileAddress): Promise<Hash[]> {
  const { full, partial } = tilesAt(tile.level, tile.size);
  const width = tile.index < full ? TILE_WIDTH : tile.index === full ? partial : 0;
  const hashes =
    width === TILE_WIDTH
      ? await fullTile(source, tile)
      : tile.level === 0
        ? await batchedHashes(source, tile)
        : await tileRoots(source, tile);
  if (hashes.length < width) {
    throw fault('LED_ALTERED', { diagnostics: `tile ${tile.level}/${tile.index} is incomplete` });
  }
  return hashes.slice(0, width);
}

async function fullTile(source: Queryable, tile: TileAddress): Promise<Hash[]> {
  const { rows } = await source.query<{ hashes: Buffer }>(
    'select hashes from log_tile where tenant = $1 and level = $2 and index = $3',
    [tile.tenant, tile.level, tile.index],
  );
  return splitHashes(rows[0]?.hashes ?? Buffer.of());
}

async function tileRoots(source: Queryable, tile: TileAddress): Promise<Hash[]> {
  const first = tile.index * TILE_WIDTH;
  const { rows } = await source.query<{ root: Buffer }>(
    `select root from log_tile
      where tenant = $1 and level = $2 and index >= $3 and index < $4 order by index`,
    [tile.tenant, tile.level - 1, first, first + TILE_WIDTH],
  );
  return rows.map((row) => row.root);
}

async function batchedHashes(source: Queryable, tile: TileAddress): Promise<Hash[]> {
  const first = tile.index * TILE_WIDTH;
  const { rows } = await source.query<{ position: string; leaf_hashes: Buffer }>(
    `select position, leaf_hashes from log_batch
      where tenant = $1 and position < $3
        and position >= coalesce((select max(position) from log_batch where tenant = $1 and position <= $2), 0)
      order by position`,
    [tile.tenant, first, first + TILE_WIDTH],
  );
  const start = Number(rows[0]?.position ?? first);
  return splitHashes(Buffer.concat(rows.map((row) => row.leaf_hashes))).slice(first - start);
}

/**
 * Tree nodes of a stored log of `size` entries, each tile read once a call.
 * @param kept tiles to keep between calls: for many proofs of one size
 */
export function storedNodes(
  source: Queryable,
  log: Pick<TileAddress, 'tenant' | 'size'>,
  kept?: Map<string, Hash[]>,
): ReadNodes {
  return async (nodes: readonly NodeId[]) => {
    const tiles = kept ?? new Map<string, Hash[]>();
    const found: Hash[] = [];
    for (const node of nodes) {
      const { level, index, from, to } = tileSpan(node);
      const key = `${level}/${index}`;
      const tile = tiles.get(key) ?? (await readTileHashes(source, { ...log, level, index }));
      tiles.set(key, tile);
      found.push(hashOver(tile.slice(from, to), nodeTreeHasher));
    }
    return found;
  };
}

/** The incomplete tile of each level: what a `TileFrontier` resumes from. */
export async function readFrontier(
  source: Queryable,
  { tenant, size }: Pick<TileAddress, 'tenant' | 'size'>,
): Promise<Hash[][]> {
  const rows: Hash[][] = [];
  for (let level = 0; TILE_WIDTH ** level <= size; level++) {
    rows.push(
      await readTileHashes(source, { tenant, size, level, index: tilesAt(level, size).full }),
    );
  }
  return rows;
}
