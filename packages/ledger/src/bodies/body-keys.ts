import type { Random, TenantId } from '@holdfast/kernel';
import type { AuditRow } from '../entry/audit-event.ts';
import { MAX_BODIES_A_KEY, MAX_REMEMBERED_KEYS } from '../limits.ts';
import type { KeyRing } from './key-ring.ts';
import type { SealRefusal } from './refusal.ts';
import { bodySealing, KEY_BYTES, seal } from './seal.ts';

/** A record with its body as stored. */
export interface SealedRow extends AuditRow {
  readonly keyId: string;
  readonly sealedBody: Buffer;
}

/** A key that sealed rows are under. */
export interface UsedKey {
  readonly keyTag: Buffer;
  readonly keyId: string;
  /** What to store of a new key; null where a committed one is used, which must still stand. */
  readonly wrapped: Buffer | null;
  readonly key: Buffer;
  bodies: number;
}

/** Records ready to store, with the keys they need: stored in one transaction, or not at all. */
export interface SealedAudit {
  readonly rows: readonly SealedRow[];
  readonly keys: readonly UsedKey[];
}

export const NOTHING_SEALED: SealedAudit = { rows: [], keys: [] };

export interface BodyKeysParts {
  readonly tenant: TenantId;
  readonly ring: KeyRing;
  readonly random: Random;
}

const NONE = Buffer.alloc(0);

/**
 * Encrypts the bodies of one tenant's records in one process. A key is used by later transactions
 * only once the one that made it has committed; until then each makes a key of its own, so that no
 * writer waits for another (LED-17). Bounded: the keys used longest ago are forgotten, and their
 * patients get a new one.
 */
export class BodyKeys {
  readonly #parts: BodyKeysParts;
  /** By tag; in the order of their last use. */
  readonly #known = new Map<string, UsedKey>();

  constructor(parts: BodyKeysParts) {
    this.#parts = parts;
  }

  seal(rows: readonly AuditRow[]): SealedAudit {
    const used = new Map<string, UsedKey>();
    const sealed = rows.map((row) => {
      const key = this.#keyFor(row.keyTag ?? NONE, used);
      key.bodies += 1;
      const place = { tenant: this.#parts.tenant, keyTag: key.keyTag, auditId: row.auditId };
      const plain = Buffer.concat([row.salt, Buffer.from(row.body)]);
      return { ...row, keyId: key.keyId, sealedBody: seal(plain, bodySealing(place, key.key)) };
    });
    return { rows: sealed, keys: [...used.values()] };
  }

  /** What was sealed is committed: its new keys may be used again. */
  committed({ keys }: SealedAudit): void {
    for (const key of keys) {
      if (key.wrapped !== null) this.#remember(nameOf(key.keyTag), { ...key, wrapped: null });
    }
  }

  /** What was sealed was not taken: the next attempt does without what was refused. */
  async refused(refusal: SealRefusal): Promise<void> {
    if (refusal.kind === 'ring-outdated') return this.#parts.ring.reload();
    for (const [name, { keyId }] of this.#known) {
      if (refusal.keyIds.includes(keyId)) this.#known.delete(name);
    }
  }

  #keyFor(keyTag: Buffer, used: Map<string, UsedKey>): UsedKey {
    const name = nameOf(keyTag);
    const inUse = used.get(name);
    if (inUse !== undefined) return inUse;
    const known = this.#known.get(name);
    const key =
      known === undefined || known.bodies >= MAX_BODIES_A_KEY ? this.#make(keyTag) : known;
    if (key === known) this.#remember(name, known);
    used.set(name, key);
    return key;
  }

  #make(tag: Buffer): UsedKey {
    const { tenant, ring, random } = this.#parts;
    // Memory of its own: what is cut from a pool keeps 8 kB of others' buffers with it.
    const kept = Buffer.alloc(tag.length + KEY_BYTES);
    const [keyTag, key] = [kept.subarray(0, tag.length), kept.subarray(tag.length)];
    keyTag.set(tag);
    key.set(random.bytes(KEY_BYTES));
    const keyId = Buffer.from(random.bytes(8)).readBigInt64BE().toString();
    const wrapped = ring.wrap(key, { tenant, keyTag, keyId }, random);
    return { keyTag, keyId, key, wrapped, bodies: 0 };
  }

  #remember(name: string, key: UsedKey): void {
    this.#known.delete(name);
    this.#known.set(name, key);
    if (this.#known.size <= MAX_REMEMBERED_KEYS) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }
}

const nameOf = (tag: Buffer): string => tag.toString('latin1');
