import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { type KeyRing, versionOf } from '../bodies/key-ring.ts';
import { bodySealing, unseal } from '../bodies/seal.ts';
import { type AuditBody, parseBody } from '../entry/audit-body.ts';
import { SALT_BYTES } from '../entry/prepare-audit.ts';

/** The columns of `audit` that a body is read from. */
export interface StoredBody {
  readonly auditId: string;
  readonly patientTag: Buffer | null;
  /** As PostgreSQL writes a bigint. */
  readonly keyId: string;
  readonly body: Buffer | null;
}

/**
 * What is left of a body.
 * - `held`: as it was committed to; `body` is null where its text is not of our form.
 * - `destroyed`: its key is gone. `dropped`: retention has removed it. Both for good.
 * - `altered`: its key stands, and it does not open.
 */
export type ReadBody =
  | {
      readonly state: 'held';
      readonly text: string;
      readonly salt: Buffer;
      readonly body: AuditBody | null;
    }
  | { readonly state: 'destroyed' | 'dropped' | 'altered' };

interface KeyRow {
  patient_tag: Buffer;
  key_id: string;
  wrapped: Buffer;
}

const NONE = Buffer.alloc(0);

/** The one reader of `audit.body`: a query for the keys of many rows, nothing kept in memory. */
export class AuditBodies {
  readonly #tenant: TenantId;
  readonly #ring: KeyRing;

  constructor({ tenant, ring }: { readonly tenant: TenantId; readonly ring: KeyRing }) {
    this.#tenant = tenant;
    this.#ring = ring;
  }

  /**
   * @param source as a role that sees the tenant's `audit_key`
   * @returns one answer a row, in their order
   * @throws Fault LED_RING_LACKS_VERSION
   */
  async read(source: Queryable, rows: readonly StoredBody[]): Promise<ReadBody[]> {
    const keys = await keysOf(source, this.#tenant, rows);
    const wrapped = [...keys.values()].map((key) => versionOf(key.wrapped));
    if (!wrapped.every((version) => this.#ring.has(version))) await this.#ring.reload();
    return rows.map((row) => this.#open(row, keys));
  }

  #open(row: StoredBody, keys: ReadonlyMap<string, KeyRow>): ReadBody {
    if (row.body === null) return { state: 'dropped' };
    const found = keyOf(row, keys);
    if (found === undefined) return { state: 'destroyed' };
    const tenant = this.#tenant;
    const { patient_tag: keyTag, key_id: keyId } = found;
    const key = this.#ring.unwrap(found.wrapped, { tenant, keyTag, keyId });
    if (key === null) return { state: 'altered' };
    const plain = unseal(row.body, bodySealing({ tenant, keyTag, auditId: row.auditId }, key));
    if (plain === null || plain.length < SALT_BYTES) return { state: 'altered' };
    const text = plain.subarray(SALT_BYTES).toString('utf8');
    return { state: 'held', text, salt: plain.subarray(0, SALT_BYTES), body: parseBody(text) };
  }
}

const nameOf = (tag: Buffer, keyId: string): string => `${keyId} ${tag.toString('latin1')}`;

/** For whoever does not hold the key ring: tells what is there from what is gone. */
export const bodiesThere = (tenant: TenantId) => ({
  read: async (
    source: Queryable,
    rows: readonly StoredBody[],
  ): Promise<{ readonly state: 'sealed' | 'destroyed' | 'dropped' }[]> => {
    const keys = await keysOf(source, tenant, rows);
    return rows.map((row) => {
      if (row.body === null) return { state: 'dropped' };
      return { state: keyOf(row, keys) === undefined ? 'destroyed' : 'sealed' };
    });
  },
});

async function keysOf(
  source: Queryable,
  tenant: TenantId,
  rows: readonly StoredBody[],
): Promise<Map<string, KeyRow>> {
  const stored = rows.filter(({ body }) => body !== null);
  if (stored.length === 0) return new Map();
  const { rows: found } = await source.query<KeyRow>(
    `select k.patient_tag, k.key_id, k.wrapped
       from (select distinct tag, id from unnest($2::bytea[], $3::bigint[]) as u(tag, id)) as u
       join audit_key k on k.tenant = $1 and k.patient_tag in (u.tag, '') and k.key_id = u.id`,
    [tenant, stored.map((row) => row.patientTag ?? NONE), stored.map((row) => row.keyId)],
  );
  return new Map(found.map((key) => [nameOf(key.patient_tag, key.key_id), key]));
}

const keyOf = ({ patientTag, keyId }: StoredBody, keys: ReadonlyMap<string, KeyRow>) =>
  keys.get(nameOf(patientTag ?? NONE, keyId)) ?? keys.get(nameOf(NONE, keyId));
