import { err, ok, type Result } from '@holdfast/kernel';

/** Hashes in a full tile, and the fan-out between tile levels (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;
/** log2 of TILE_WIDTH: tree levels that one tile level spans. */
export const TILE_HEIGHT = 8;
const MAX_TILE_LEVEL = 63;

export interface TileId {
  /** Tile level 0 holds leaf hashes, or `entries` the leaves themselves. */
  readonly level: number | 'entries';
  readonly index: number;
  /** 1 to 256; below 256 the tile is partial. */
  readonly width: number;
}

/** `tile/<level>/<index>[.p/<width>]`, e.g. 1234067 at level 0: `tile/0/x001/x234/067`. */
export function tilePath({ level, index, width }: TileId): string {
  const digits = String(index);
  const groups = digits.padStart(3 * Math.ceil(digits.length / 3), '0').match(/.{3}/g) ?? [];
  const path = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${path}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

const PATH =
  /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** Reads a tile path; only the one spelling that `tilePath` writes is accepted. */
export function parseTilePath(path: string): Result<TileId, 'malformed-tile-path'> {
  const [, level = '', groups = '', partial] = PATH.exec(path) ?? [];
  const index = Number(groups.replaceAll(/[x/]/g, ''));
  const width = partial === undefined ? TILE_WIDTH : Number(partial);
  const tile = { level: level === 'entries' ? level : Number(level), index, width } as const;
  const inRange = tile.level === 'entries' || tile.level <= MAX_TILE_LEVEL;
  if (!inRange || !Number.isSafeInteger(index) || tilePath(tile) !== path) {
    return err('malformed-tile-path');
  }
  return ok(tile);
}

/** Full tiles and the partial one's width (0 = none) at a tile level of a tree. */
export function tilesAt(level: number, size: number): { full: number; partial: number } {
  const hashes = Math.floor(size / TILE_WIDTH ** level);
  return { full: Math.floor(hashes / TILE_WIDTH), partial: hashes % TILE_WIDTH };
}
