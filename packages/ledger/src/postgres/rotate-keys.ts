import type { Random, TenantId, Timers } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import type { Pool } from 'pg';
import { type KeyRing, versionOf } from '../bodies/key-ring.ts';
import { fault } from '../errors.ts';
import { REWRAP_KEYS_A_STEP } from '../limits.ts';
import { asEraser } from './destroy-keys.ts';
import { othersEnded } from './fence.ts';

export interface RotationProgress {
  readonly looked: number;
  readonly rewrapped: number;
}

export interface Rotation {
  readonly tenant: TenantId;
  readonly ring: KeyRing;
  readonly random: Random;
  readonly timers: Timers;
  readonly onProgress?: (progress: RotationProgress) => void;
}

interface KeyRow {
  patient_tag: Buffer;
  key_id: string;
  wrapped: Buffer;
}

/**
 * Wraps every key of the tenant by the newest version of the ring. New keys are wrapped by it from the
 * first statement on, and the look at all of them begins once older transactions have ended: afterwards
 * nothing in the database needs an older version. Bodies stay as they are, and writers go on; a step
 * that is interrupted is done again. O(keys).
 *
 * @throws Fault LED_RING_LACKS_VERSION, LED_ALTERED where a key does not open
 */
export async function rotateKeys(pool: Pool, rotation: Rotation): Promise<RotationProgress> {
  const { tenant, ring, timers } = rotation;
  await asEraser(pool, (tx) =>
    tx.query(
      `insert into audit_key_floor as f (tenant, version) values ($1, $2)
       on conflict (tenant) do update set version = greatest(f.version, excluded.version)`,
      [tenant, ring.current],
    ),
  );
  await othersEnded(pool, timers);
  const progress = { looked: 0, rewrapped: 0 };
  let after: Pick<KeyRow, 'patient_tag' | 'key_id'> | null = null;
  do {
    after = await asEraser(pool, (tx) => rewrapStep(tx, { ...rotation, after, progress }));
    rotation.onProgress?.({ ...progress });
  } while (after !== null);
  return progress;
}

interface Step extends Rotation {
  readonly after: Pick<KeyRow, 'patient_tag' | 'key_id'> | null;
  readonly progress: { looked: number; rewrapped: number };
}

/** @returns where the next step goes on; null at the end */
async function rewrapStep(tx: Queryable, step: Step): Promise<Step['after']> {
  const { tenant, ring, random, after, progress } = step;
  const { rows } = await tx.query<KeyRow>(
    `select patient_tag, key_id, wrapped from audit_key
      where tenant = $1 and ($2::bytea is null or (patient_tag, key_id) > ($2, $3::bigint))
      order by patient_tag, key_id limit $4 for update`,
    [tenant, after?.patient_tag ?? null, after?.key_id ?? null, REWRAP_KEYS_A_STEP],
  );
  const old = rows.filter(({ wrapped }) => versionOf(wrapped) !== ring.current);
  const anew = old.map((row) => {
    const place = { tenant, keyTag: row.patient_tag, keyId: row.key_id };
    const key = ring.unwrap(row.wrapped, place);
    if (key === null) throw fault('LED_ALTERED', { diagnostics: `key ${row.key_id}` });
    return ring.wrap(key, place, random);
  });
  await tx.query(
    `update audit_key k set wrapped = u.wrapped
       from unnest($2::bytea[], $3::bigint[], $4::bytea[]) as u(tag, id, wrapped)
      where k.tenant = $1 and k.patient_tag = u.tag and k.key_id = u.id`,
    [tenant, old.map((row) => row.patient_tag), old.map((row) => row.key_id), anew],
  );
  progress.looked += rows.length;
  progress.rewrapped += old.length;
  return rows.length < REWRAP_KEYS_A_STEP ? null : (rows.at(-1) ?? null);
}

/** How many keys of any tenant each version of the ring opens. */
export async function ringUse(pool: Pool): Promise<ReadonlyMap<number, number>> {
  const rows = await asEraser(pool, async (tx) => {
    const found = await tx.query<{ version: number; keys: string }>(
      `select get_byte(wrapped, 0) * 256 + get_byte(wrapped, 1) as version, count(*) as keys
         from audit_key group by 1 order by 1`,
    );
    return found.rows;
  });
  return new Map(rows.map(({ version, keys }) => [version, Number(keys)]));
}
