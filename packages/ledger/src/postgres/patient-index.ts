import { invariant, type TenantId } from '@holdfast/kernel';
import { inTransaction, type Queryable } from '@holdfast/postgres';
import type { Pool } from 'pg';
import { NOTHING_SEALED, type SealedAudit } from '../bodies/body-keys.ts';
import type { IndexRoot } from '../entry/audit-event.ts';
import { parseLeaf } from '../entry/leaf.ts';
import { fault } from '../errors.ts';
import { INDEX_ENTRIES_A_READ, INDEX_PREFIXES_A_READ } from '../limits.ts';
import type { Hash } from '../merkle/hash.ts';
import { type AccessChain, EMPTY_CHAIN, extendChain } from '../patient-index/access-chain.ts';
import { type IndexedPatient, NOTHING, PrefixTrie } from '../patient-index/prefix-trie.ts';
import { sha256 } from '../sha256/node.ts';
import { joinHashes, splitHashes } from '../tiles/hash-tile.ts';
import { TILE_WIDTH } from '../tiles/tile-path.ts';
import { APPEND_AUDIT, auditColumns } from './audit-columns.ts';
import { readEntries } from './published-tiles.ts';
import { readLatestCheckpoint } from './stored-log.ts';

/** Serialises the indexing of a tenant among processes: class of the advisory lock. */
const INDEX_LOCK = 1_278_101_577;

/** The tile that the root is over. */
export const TOP = -1;

export interface CommitIndex {
  readonly tenant: TenantId;
  /** Makes the record whose leaf commits to the root; told whether it was stored after all. */
  readonly prepare: (index: IndexRoot) => SealedAudit;
  readonly committed: (audit: SealedAudit) => void;
  readonly release: (audit: SealedAudit, cause: unknown) => Promise<void>;
}

/** How far the newest index goes; null before the first one. */
export async function readLatestIndex(
  source: Queryable,
  tenant: TenantId,
): Promise<(IndexRoot & { readonly auditId: string }) | null> {
  const { rows } = await source.query<{ size: string; root: Buffer; audit_id: string }>(
    'select size, root, audit_id from log_index where tenant = $1 order by size desc limit 1',
    [tenant],
  );
  const [row] = rows;
  return row === undefined
    ? null
    : { size: Number(row.size), root: row.root, auditId: row.audit_id };
}

/**
 * Brings the index of patients up to the newest checkpoint, and records its root. O(new entries),
 * and one row of the trie for each of the patients they are about.
 * @param pool as a member of role `holdfast_sequencer`
 * @returns false where there was nothing new
 * @throws Fault LED_ALTERED where the log's entries are not all there
 */
export async function commitPatientIndex(pool: Pool, options: CommitIndex): Promise<boolean> {
  const { tenant, prepare, release, committed } = options;
  let recorded = NOTHING_SEALED;
  try {
    const indexed = await inTransaction(pool, async (tx) => {
      await tx.query('set local role holdfast_sequencer');
      await tx.query(`select set_config('holdfast.tenant', $1, true)`, [String(tenant)]);
      await tx.query('select pg_advisory_xact_lock($1, $2)', [INDEX_LOCK, tenant]);
      const from = (await readLatestIndex(tx, tenant))?.size ?? 0;
      const size = (await readLatestCheckpoint(tx, tenant))?.size ?? 0;
      if (size <= from) return false;
      const touched = new Set<number>();
      for (let at = from; at < size; at += INDEX_ENTRIES_A_READ) {
        const to = Math.min(size, at + INDEX_ENTRIES_A_READ);
        await extendChains(tx, { tenant, from: at, to, touched });
      }
      const root = await rehash(tx, tenant, [...touched]);
      recorded = prepare({ size, root });
      await tx.query(APPEND_AUDIT, [tenant, ...auditColumns(recorded)]);
      await tx.query(
        'insert into log_index (tenant, size, root, audit_id) values ($1, $2, $3, $4)',
        [tenant, size, root, recorded.rows[0]?.auditId],
      );
      return true;
    });
    committed(recorded);
    return indexed;
  } catch (error) {
    await release(recorded, error);
    throw error;
  }
}

interface Entries {
  readonly tenant: TenantId;
  readonly from: number;
  readonly to: number;
  /** Prefixes of the patients met are added. */
  readonly touched: Set<number>;
}

async function extendChains(tx: Queryable, { tenant, from, to, touched }: Entries): Promise<void> {
  const positions = new Map<string, number[]>();
  (await readEntries(tx, { tenant, from, to })).forEach((bytes, offset) => {
    const leaf = parseLeaf(bytes);
    if (!leaf.ok) throw fault('LED_ALTERED', { diagnostics: `entry ${from + offset}` });
    const { patient } = leaf.value;
    if (patient === null) return;
    const of = positions.get(patient) ?? [];
    of.push(from + offset);
    positions.set(patient, of);
  });
  const tags = [...positions.keys()].map((text) => Buffer.from(text, 'base64url'));
  if (tags.length === 0) return;
  const prefixes = tags.map(prefixOf);
  const { rows } = await tx.query<PatientRow>(
    `select p.tag, p.entries, p.head from unnest($2::integer[], $3::bytea[]) as u(prefix, tag)
     join log_patient p on p.tenant = $1 and p.prefix = u.prefix and p.tag = u.tag`,
    [tenant, prefixes, tags],
  );
  const known = new Map(rows.map((row) => [row.tag.toString('base64url'), chainOf(row)]));
  const chains = [...positions].map(([tag, at]) =>
    at.reduce<AccessChain>(
      (chain, position) => extendChain(chain, position, sha256),
      known.get(tag) ?? EMPTY_CHAIN,
    ),
  );
  await tx.query(
    `insert into log_patient as p (tenant, prefix, tag, entries, head)
     select $1, u.* from unnest($2::integer[], $3::bytea[], $4::bigint[], $5::bytea[]) as u
     on conflict (tenant, prefix, tag) do update set entries = excluded.entries, head = excluded.head`,
    [tenant, prefixes, tags, chains.map(({ entries }) => entries), chains.map(({ head }) => head)],
  );
  for (const prefix of prefixes) touched.add(prefix);
}

/** Makes the two upper levels of the trie anew where patients below changed; returns its root. */
async function rehash(tx: Queryable, tenant: TenantId, touched: number[]): Promise<Hash> {
  const trie = new PrefixTrie(sha256);
  const places = new Map<number, Hash[]>();
  for (let at = 0; at < touched.length; at += INDEX_PREFIXES_A_READ) {
    const prefixes = touched.slice(at, at + INDEX_PREFIXES_A_READ);
    const below = await readSubtrees(tx, tenant, prefixes);
    for (const prefix of prefixes) {
      const place = prefix >> 8;
      const hashes = places.get(place) ?? (await readIndexTile(tx, tenant, place));
      places.set(place, hashes);
      hashes[prefix & 0xff] = trie.subtree(below.get(prefix) ?? [], 2 * 8);
    }
  }
  const top = await readIndexTile(tx, tenant, TOP);
  for (const [place, hashes] of places) top[place] = trie.over(hashes);
  const tiles: [number, Hash[]][] = [...places, [TOP, top]];
  await tx.query(
    `insert into log_index_tile (tenant, place, hashes)
     select $1, u.* from unnest($2::smallint[], $3::bytea[]) as u
     on conflict (tenant, place) do update set hashes = excluded.hashes`,
    [tenant, tiles.map(([place]) => place), tiles.map(([, hashes]) => joinHashes(hashes))],
  );
  return trie.over(top);
}

interface PatientRow {
  tag: Buffer;
  entries: string;
  head: Buffer;
}

const chainOf = ({ entries, head }: PatientRow): AccessChain => ({
  entries: Number(entries),
  head,
});

/** The patients below each of these prefixes, ascending by tag. */
export async function readSubtrees(
  source: Queryable,
  tenant: TenantId,
  prefixes: readonly number[],
): Promise<Map<number, IndexedPatient[]>> {
  const { rows } = await source.query<PatientRow & { prefix: number }>(
    `select prefix, tag, entries, head from log_patient
      where tenant = $1 and prefix = any($2) order by prefix, tag`,
    [tenant, prefixes],
  );
  const found = new Map<number, IndexedPatient[]>();
  for (const row of rows) {
    const patients = found.get(row.prefix) ?? [];
    patients.push({ tag: row.tag, chain: chainOf(row) });
    found.set(row.prefix, patients);
  }
  return found;
}

/** 256 subtree hashes; all of them nothing where no patient is below. */
export async function readIndexTile(
  source: Queryable,
  tenant: TenantId,
  place: number,
): Promise<Hash[]> {
  const { rows } = await source.query<{ hashes: Buffer }>(
    'select hashes from log_index_tile where tenant = $1 and place = $2',
    [tenant, place],
  );
  const [row] = rows;
  return row === undefined
    ? Array.from({ length: TILE_WIDTH }, () => NOTHING)
    : splitHashes(row.hashes);
}

/** Patients of the stored index whose chain is not the given one, and those it lacks or has too many. */
export async function* wrongChains(
  source: Queryable,
  tenant: TenantId,
  chains: ReadonlyMap<string, AccessChain>,
): AsyncGenerator<string> {
  let after: Pick<PatientRow, 'tag'> & { prefix: number } = { prefix: -1, tag: Buffer.of() };
  let known = 0;
  for (;;) {
    const { rows } = await source.query<PatientRow & { prefix: number }>(
      `select prefix, tag, entries, head from log_patient
        where tenant = $1 and (prefix, tag) > ($2, $3) order by prefix, tag limit $4`,
      [tenant, after.prefix, after.tag, INDEX_ENTRIES_A_READ],
    );
    for (const row of rows) {
      const tag = row.tag.toString('base64url');
      const chain = chains.get(tag);
      if (chain !== undefined) known += 1;
      const same = chain?.entries === Number(row.entries) && row.head.equals(chain.head);
      if (!same) yield `the chain of tag ${tag}`;
      after = row;
    }
    if (rows.length < INDEX_ENTRIES_A_READ) break;
  }
  if (known < chains.size) yield `${chains.size - known} patients are not in it`;
}

/** First two bytes of a tag, as `log_patient.prefix`. */
export function prefixOf(tag: Uint8Array): number {
  invariant(tag.length > 2, 'LED-16 a tag is longer than the prefix it is filed under');
  return ((tag[0] ?? 0) << 8) | (tag[1] ?? 0);
}
