import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Role } from '@holdfast/consent';
import { type Clock, Fault, type TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import type { JSONWebKeySet } from 'jose';
import { signinFault } from '../errors.ts';
import { hashed } from './sealed.ts';

export type ClientKind = 'public' | 'secret' | 'key';

/** A program that may ask for tokens. */
export interface RegisteredClient {
  readonly id: string;
  readonly name: string;
  readonly kind: ClientKind;
  readonly redirectUris: readonly string[];
  readonly launchUri: string | undefined;
  /** SMART scopes it may be given at most. */
  readonly scopes: readonly string[];
  /** Purposes of use it is bound to; empty: those of whoever signs in. */
  readonly purposes: readonly string[];
  readonly jwks: JSONWebKeySet | undefined;
  readonly jwksUri: string | undefined;
  /** As whom it acts where nobody signs in. */
  readonly fhirUser: string | undefined;
  readonly roles: readonly Role[];
  /** Nobody is asked for consent. */
  readonly isTrusted: boolean;
  readonly disabled: boolean;
}

interface ClientRow {
  id: string;
  name: string;
  kind: ClientKind;
  secret_sha256: Buffer | null;
  redirect_uris: string[];
  launch_uri: string | null;
  scopes: string[];
  purposes: string[];
  jwks: JSONWebKeySet | null;
  jwks_uri: string | null;
  fhir_user: string | null;
  roles: Role[];
  is_trusted: boolean;
  disabled_at: Date | null;
}

const COLUMNS =
  'id, name, kind, secret_sha256, redirect_uris, launch_uri, scopes, purposes, jwks, jwks_uri, fhir_user, ' +
  'roles, is_trusted, disabled_at';

const clientOf = (row: ClientRow): RegisteredClient => ({
  id: row.id,
  name: row.name,
  kind: row.kind,
  redirectUris: row.redirect_uris,
  launchUri: row.launch_uri ?? undefined,
  scopes: row.scopes,
  purposes: row.purposes,
  jwks: row.jwks ?? undefined,
  jwksUri: row.jwks_uri ?? undefined,
  fhirUser: row.fhir_user ?? undefined,
  roles: row.roles,
  isTrusted: row.is_trusted,
  disabled: row.disabled_at !== null,
});

export interface ClientsParts {
  readonly db: Queryable;
  readonly tenant: TenantId;
  readonly clock: Clock;
}

/** The clients of the built-in sign-in. They are registered by the operator, never by themselves. */
export class Clients {
  readonly #parts: ClientsParts;

  constructor(parts: ClientsParts) {
    this.#parts = parts;
  }

  /** @returns the secret of a `secret` client, shown this once. @throws Fault SIGNIN_CLIENT_EXISTS */
  async add(client: Omit<RegisteredClient, 'disabled'>): Promise<string | undefined> {
    const secret = client.kind === 'secret' ? newSecret() : undefined;
    const { rowCount } = await this.#parts.db.query(
      `insert into sign_in_client (tenant, ${COLUMNS})
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, null)
       on conflict (tenant, id) do nothing`,
      [
        this.#parts.tenant,
        client.id,
        client.name,
        client.kind,
        secret === undefined ? null : hashed(secret),
        client.redirectUris,
        client.launchUri ?? null,
        client.scopes,
        client.purposes,
        client.jwks === undefined ? null : JSON.stringify(client.jwks),
        client.jwksUri ?? null,
        client.fhirUser ?? null,
        client.roles,
        client.isTrusted,
      ],
    );
    if (rowCount !== 1) throw signinFault('SIGNIN_CLIENT_EXISTS');
    return secret;
  }

  /** Registers a client of the product's own, or moves it to where it is now. */
  async keep(client: Omit<RegisteredClient, 'disabled'>): Promise<void> {
    if ((await this.#row(client.id)) === undefined) {
      await this.add(client).catch((error: unknown) => {
        // Another process of the same installation was faster, or it was disabled: both stay so.
        if (!(error instanceof Fault)) throw error;
      });
    }
    await this.#parts.db.query(
      `update sign_in_client set redirect_uris = $3, scopes = $4 where tenant = $1 and id = $2`,
      [this.#parts.tenant, client.id, client.redirectUris, client.scopes],
    );
  }

  async list(): Promise<readonly RegisteredClient[]> {
    const { rows } = await this.#parts.db.query<ClientRow>(
      `select ${COLUMNS} from sign_in_client where tenant = $1 order by id limit 10000`,
      [this.#parts.tenant],
    );
    return rows.map(clientOf);
  }

  /** @returns undefined where there is none, or it may ask for nothing any more */
  async find(id: string): Promise<RegisteredClient | undefined> {
    const row = await this.#row(id);
    return row && clientOf(row);
  }

  async isSecretOf(id: string, secret: string): Promise<boolean> {
    const expected = (await this.#row(id))?.secret_sha256;
    return expected !== null && expected !== undefined && timingSafeEqual(expected, hashed(secret));
  }

  /** A new secret in place of the old one. @returns undefined where no client of that id has one */
  async rotateSecret(id: string): Promise<string | undefined> {
    const secret = newSecret();
    const { rowCount } = await this.#parts.db.query(
      `update sign_in_client set secret_sha256 = $3 where tenant = $1 and id = $2 and kind = 'secret'`,
      [this.#parts.tenant, id, hashed(secret)],
    );
    return rowCount === 1 ? secret : undefined;
  }

  /** New keys in place of the old ones. @returns false where no client of that id signs */
  async rotateKeys(id: string, keys: Pick<RegisteredClient, 'jwks' | 'jwksUri'>): Promise<boolean> {
    const { rowCount } = await this.#parts.db.query(
      `update sign_in_client set jwks = $3, jwks_uri = $4 where tenant = $1 and id = $2 and kind = 'key'`,
      [
        this.#parts.tenant,
        id,
        keys.jwks === undefined ? null : JSON.stringify(keys.jwks),
        keys.jwksUri ?? null,
      ],
    );
    return rowCount === 1;
  }

  /** Its tokens stop working at once. @returns whether there is such a client */
  async disable(id: string): Promise<boolean> {
    const { rowCount } = await this.#parts.db.query(
      `update sign_in_client set disabled_at = coalesce(disabled_at, $3) where tenant = $1 and id = $2`,
      [this.#parts.tenant, id, this.#parts.clock.now()],
    );
    return rowCount === 1;
  }

  async #row(id: string): Promise<ClientRow | undefined> {
    const { rows } = await this.#parts.db.query<ClientRow>({
      name: 'sign_in_client',
      text: `select ${COLUMNS} from sign_in_client
        where tenant = $1 and id = $2 and disabled_at is null`,
      values: [this.#parts.tenant, id],
    });
    return rows[0];
  }
}

const newSecret = (): string => randomBytes(32).toString('base64url');
