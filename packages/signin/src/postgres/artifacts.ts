import type { Clock, TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { EXPIRED_PER_WRITE } from '../limits.ts';
import { hashed, type Seal } from './sealed.ts';

/** What is kept of one session, grant, code, token or launch. */
export type Payload = Record<string, unknown>;

interface Row {
  id: Buffer;
  payload: Buffer;
  consumed_at: Date | null;
}

export interface ArtifactsParts {
  readonly db: Queryable;
  readonly tenant: TenantId;
  readonly seal: Seal;
  readonly clock: Clock;
}

export interface Kept {
  readonly payload: Payload;
  /** Undefined: it does not end by itself. */
  readonly seconds: number | undefined;
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const hashOf = (value: unknown): Buffer | null =>
  typeof value === 'string' ? hashed(value) : null;

/** Each write takes some expired rows with it: nothing has to look for them. */
const KEEP = `
  with swept as (
    delete from sign_in_artifact where ctid = any(array(
      select ctid from sign_in_artifact where tenant = $1 and expires_at < $10
        and (model, id) <> ($2, $3::bytea) order by expires_at limit ${EXPIRED_PER_WRITE} for update skip locked)))
  insert into sign_in_artifact (tenant, model, id, grant_id, uid, account, client, payload, expires_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  on conflict (tenant, model, id) do update set grant_id = excluded.grant_id, uid = excluded.uid,
    account = excluded.account, client = excluded.client, payload = excluded.payload,
    expires_at = excluded.expires_at`;

/** Sessions, grants, codes, tokens: found by the hash of their id, sealed, dead once they expire. */
export class Artifacts {
  readonly #parts: ArtifactsParts;

  constructor(parts: ArtifactsParts) {
    this.#parts = parts;
  }

  async keep(model: string, id: string, { payload, seconds }: Kept): Promise<void> {
    await this.#parts.db.query({
      name: 'sign_in_keep',
      text: KEEP,
      values: this.#values(model, id, { payload, seconds }),
    });
  }

  /** @returns false where it is kept already: of two at the same moment one wins */
  async keepOnce(model: string, id: string, kept: Kept): Promise<boolean> {
    const { db, clock } = this.#parts;
    const { rowCount } = await db.query({
      name: 'sign_in_keep_once',
      text: `insert into sign_in_artifact as a (tenant, model, id, grant_id, uid, account, client, payload, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (tenant, model, id) do update set payload = excluded.payload, expires_at = excluded.expires_at
          where a.expires_at < $10`,
      values: this.#values(model, id, kept).with(9, clock.now()),
    });
    return rowCount === 1;
  }

  async find(model: string, id: string): Promise<Payload | undefined> {
    const { db, tenant, clock } = this.#parts;
    const { rows } = await db.query<Row>({
      name: 'sign_in_find',
      text: `select id, payload, consumed_at from sign_in_artifact
        where tenant = $1 and model = $2 and id = $3 and (expires_at is null or expires_at > $4)`,
      values: [tenant, model, hashed(id), clock.now()],
    });
    return this.#opened(model, rows[0]);
  }

  async findByUid(model: string, uid: string): Promise<Payload | undefined> {
    const { db, tenant, clock } = this.#parts;
    const { rows } = await db.query<Row>({
      name: 'sign_in_find_uid',
      text: `select id, payload, consumed_at from sign_in_artifact
        where tenant = $1 and model = $2 and uid = $3 and (expires_at is null or expires_at > $4)`,
      values: [tenant, model, uid, clock.now()],
    });
    return this.#opened(model, rows[0]);
  }

  /** @returns false where it was used before, is gone, or is used at this moment elsewhere */
  async consume(model: string, id: string): Promise<boolean> {
    const { db, tenant, clock } = this.#parts;
    const { rowCount } = await db.query({
      name: 'sign_in_consume',
      text: `update sign_in_artifact set consumed_at = $4
        where tenant = $1 and model = $2 and id = $3 and consumed_at is null`,
      values: [tenant, model, hashed(id), clock.now()],
    });
    return rowCount === 1;
  }

  async drop(model: string, id: string): Promise<void> {
    await this.#parts.db.query({
      name: 'sign_in_drop',
      text: 'delete from sign_in_artifact where tenant = $1 and model = $2 and id = $3',
      values: [this.#parts.tenant, model, hashed(id)],
    });
  }

  /** Everything that came of a grant: codes, tokens, its context. */
  async dropOfGrant(grantId: string): Promise<void> {
    await this.#parts.db.query({
      name: 'sign_in_drop_grant',
      text: 'delete from sign_in_artifact where tenant = $1 and grant_id = $2',
      values: [this.#parts.tenant, hashed(grantId)],
    });
  }

  /** Signs an account out everywhere. @returns how many sessions and grants that ended */
  async dropOfAccount(account: string): Promise<number> {
    const { rows } = await this.#parts.db.query<{ model: string }>(
      'delete from sign_in_artifact where tenant = $1 and account = $2 returning model',
      [this.#parts.tenant, account],
    );
    return rows.filter(({ model }) => model === 'Session' || model === 'Grant').length;
  }

  #values(model: string, id: string, { payload, seconds }: Kept): unknown[] {
    const { tenant, seal, clock } = this.#parts;
    const now = clock.now();
    const key = hashed(id);
    return [
      tenant,
      model,
      key,
      hashOf(payload['grantId']),
      textOf(payload['uid']),
      textOf(payload['accountId']),
      textOf(payload['clientId']),
      seal.close(placeOf(model, key), payload),
      seconds === undefined ? null : new Date(now.getTime() + seconds * 1_000),
      now,
    ];
  }

  #opened(model: string, row: Row | undefined): Payload | undefined {
    const payload = row && this.#parts.seal.open(placeOf(model, row.id), row.payload);
    const used = row?.consumed_at ?? undefined;
    if (payload === undefined || used === undefined) return payload;
    return { ...payload, consumed: Math.floor(used.getTime() / 1_000) };
  }
}

/** A payload that somebody moved to another row does not open there. */
export const placeOf = (model: string, id: Buffer): string =>
  `${model}/${id.toString('base64url')}`;
