import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { fault } from '../errors.ts';
import { MAX_ENTRIES_A_BATCH } from '../limits.ts';
import { type Hash, sameHash } from '../merkle/hash.ts';
import { rootAt } from '../merkle/subtree.ts';
import { type Checkpoint, formatCheckpoint, openCheckpoint } from '../note/checkpoint.ts';
import type { NoteSigner, NoteVerifier } from '../note/signature.ts';
import { signNote } from '../note/signed-note.ts';
import { formatStamp, type Stamp, stampOf } from '../note/stamp.ts';
import { nodeTreeHasher } from '../sha256/node.ts';
import { splitHashes } from '../tiles/hash-tile.ts';
import { type FullTile, TileFrontier } from '../tiles/tile-frontier.ts';
import {
  type AuditKey,
  readFrontier,
  readLatestCheckpoint,
  readLogEnd,
  storedNodes,
} from './stored-log.ts';

/** Whose log, and who vouches for it. */
export interface LogIdentity {
  readonly tenant: TenantId;
  readonly signer: NoteSigner;
  readonly verifier: NoteVerifier;
  /** The newest checkpoint as it is kept outside the database; null = none is. */
  readonly kept: string | null;
}

interface SignedHead {
  readonly size: number;
  /** null before the first checkpoint. */
  readonly stamp: Stamp | null;
}

/** How much one step did. */
export interface Progress {
  readonly entries: number;
  /** Rows stay behind that another open transaction still holds above the fence. */
  readonly above: boolean;
}

// Hashes are made where the leaves are, so that these never travel. `xid < pg_snapshot_xmin`: all
// transactions that could still add a row before one of these have ended.
const NEXT_BATCH = {
  name: 'led_next_batch',
  text: `
    with fenced as materialized (
      select xid, id, audit_id, sha256('\\x00'::bytea || leaf) as hash
      from audit
      where tenant = $1 and (xid, id) > ($2::xid8, $3::bigint)
        and xid < pg_snapshot_xmin(pg_current_snapshot())
      order by xid, id limit $5
    )
    insert into log_batch
      (tenant, position, entries, last_xid, last_id, audit_ids, leaf_hashes)
    select $1, $4, count(*), (array_agg(xid order by xid, id))[count(*)],
      (array_agg(id order by xid, id))[count(*)], array_agg(audit_id order by xid, id),
      string_agg(hash, ''::bytea order by xid, id)
    from fenced having count(*) > 0
    returning last_xid::text as xid, last_id as id, leaf_hashes`,
};

const ANY_LEFT = {
  name: 'led_any_left',
  // From the end of the index: a plan that reads from the front reads the whole history.
  text: `select (xid, id) > ($2::xid8, $3::bigint) as above from audit
    where tenant = $1 order by xid desc, id desc limit 1`,
};

/**
 * The log of one tenant as its single writer holds it. Only for the holder of the sequencer's lock,
 * on the connection that holds it; after any error the object is thrown away and loaded anew.
 */
export class TenantLog {
  readonly #identity: LogIdentity;
  readonly #frontier: TileFrontier;
  #last: AuditKey;
  #checkpoint: SignedHead;

  private constructor(parts: {
    readonly identity: LogIdentity;
    readonly frontier: TileFrontier;
    readonly last: AuditKey;
    readonly checkpoint: SignedHead;
  }) {
    this.#identity = parts.identity;
    this.#frontier = parts.frontier;
    this.#last = parts.last;
    this.#checkpoint = parts.checkpoint;
  }

  /**
   * Reads the state back from the database.
   * @throws Fault LED_ALTERED where it contradicts the last checkpoint, stored or kept elsewhere (as
   *   after a restore of an older backup): a log must not sign two histories, so it stops instead;
   *   LED_KEYS_FOREIGN where another key signed it
   */
  static async load(connection: Queryable, identity: LogIdentity): Promise<TenantLog> {
    const { tenant, kept } = identity;
    const { size, last } = await readLogEnd(connection, tenant);
    const frontier = new TileFrontier(
      nodeTreeHasher,
      await readFrontier(connection, { tenant, size }),
    );
    const stored = await readLatestCheckpoint(connection, tenant);
    const heads: Checkpoint[] = [];
    for (const note of [stored?.note, kept]) {
      if (note === undefined || note === null) continue;
      heads.push(await headThatHolds(note, { connection, identity, size }));
    }
    // A copy lags behind by what a crash kept from being copied; it is never ahead.
    const head = heads.toSorted((a, b) => b.size - a.size)[0];
    if (head !== undefined && head.size !== stored?.size) {
      throw fault('LED_ALTERED', { diagnostics: `checkpoint of size ${head.size} is not stored` });
    }
    const stamp = head === undefined ? null : stampOf(head);
    return new TenantLog({
      identity,
      frontier,
      last,
      checkpoint: { size: head?.size ?? 0, stamp },
    });
  }

  get size(): number {
    return this.#frontier.size;
  }

  get checkpointSize(): number {
    return this.#checkpoint.size;
  }

  get checkpointAt(): Date | null {
    return this.#checkpoint.stamp?.at ?? null;
  }

  root(): Hash {
    return this.#frontier.root();
  }

  /** Logs every row below the fence, in batches. */
  async integrate(connection: Queryable): Promise<Progress> {
    const before = this.size;
    while ((await this.#integrateBatch(connection)) === MAX_ENTRIES_A_BATCH);
    const { xid, id } = this.#last;
    const { rows } = await connection.query<{ above: boolean }>({
      ...ANY_LEFT,
      values: [this.#identity.tenant, xid, id],
    });
    return { entries: this.size - before, above: rows[0]?.above ?? false };
  }

  async #integrateBatch(connection: Queryable): Promise<number> {
    const { xid, id } = this.#last;
    const { tenant } = this.#identity;
    await connection.query('begin');
    const { rows } = await connection.query<{ xid: string; id: string; leaf_hashes: Buffer }>({
      ...NEXT_BATCH,
      values: [tenant, xid, id, this.size, MAX_ENTRIES_A_BATCH],
    });
    const [batch] = rows;
    const hashes = batch === undefined ? [] : splitHashes(batch.leaf_hashes);
    const tiles = hashes.flatMap((hash) => this.#frontier.append(hash));
    if (tiles.length > 0) await insertTiles(connection, tenant, tiles);
    await connection.query('commit');
    if (batch !== undefined) this.#last = { xid: batch.xid, id: batch.id };
    return hashes.length;
  }

  /**
   * Signs the tree as it stands. Batches are committed without waiting for the disk, because they
   * can be made again from the audit rows; this commit waits, for itself and all before it.
   *
   * @returns the note, or null where the newest checkpoint is already of this size
   */
  async sign(connection: Queryable, at: Date): Promise<string | null> {
    const { tenant, signer } = this.#identity;
    const size = this.size;
    if (size === this.#checkpoint.size) return null;
    const root = this.root();
    const stamp = { number: (this.#checkpoint.stamp?.number ?? -1) + 1, at };
    const extensions = [formatStamp(stamp)];
    const text = formatCheckpoint({ origin: signer.name, size, root, extensions });
    const note = signNote(text, [signer]);
    await connection.query('begin');
    await connection.query('set local synchronous_commit = on');
    await connection.query('insert into log_checkpoint (tenant, size, note) values ($1, $2, $3)', [
      tenant,
      size,
      note,
    ]);
    await connection.query('commit');
    this.#checkpoint = { size, stamp };
    return note;
  }
}

/**
 * The checkpoint of a note, where it is this log's and the stored entries are those it was signed over.
 * @throws Fault LED_ALTERED, LED_KEYS_FOREIGN
 */
async function headThatHolds(
  note: string,
  log: {
    readonly connection: Queryable;
    readonly identity: LogIdentity;
    readonly size: number;
  },
): Promise<Checkpoint> {
  const { connection, identity, size } = log;
  const opened = await openCheckpoint(note, identity.verifier);
  // A forged checkpoint looks the same; either way nothing may be signed on top of it.
  if (!opened.ok && opened.error === 'no-known-signature') throw fault('LED_KEYS_FOREIGN');
  if (!opened.ok) throw fault('LED_ALTERED', { diagnostics: `checkpoint: ${opened.error}` });
  const { value: head } = opened;
  const nodes = storedNodes(connection, { tenant: identity.tenant, size });
  const holds =
    head.size <= size && sameHash(head.root, await rootAt(head.size, nodes, nodeTreeHasher));
  if (!holds) throw fault('LED_ALTERED', { diagnostics: `checkpoint of size ${head.size}` });
  return head;
}

async function insertTiles(
  connection: Queryable,
  tenant: TenantId,
  tiles: readonly FullTile[],
): Promise<void> {
  await connection.query(
    `insert into log_tile (tenant, level, index, root, hashes)
     select $1, t.* from unnest($2::smallint[], $3::bigint[], $4::bytea[], $5::bytea[]) as t`,
    [
      tenant,
      tiles.map((tile) => tile.level),
      tiles.map((tile) => tile.index),
      tiles.map((tile) => tile.root),
      tiles.map((tile) => tile.hashes),
    ],
  );
}
