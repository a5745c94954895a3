import { type Actor, parseScopes, type Role } from '@holdfast/consent';
import type { PatientId } from '@holdfast/kernel';
import { signinFault } from '../errors.ts';
import { type ArtifactsParts, placeOf } from '../postgres/artifacts.ts';
import { hashed } from '../postgres/sealed.ts';
import type { LaunchContext } from '../smart/launch-context.ts';

interface Row {
  model: string;
  id: Buffer;
  payload: Buffer;
  context_id: Buffer | null;
  context: Buffer | null;
  user_reference: string | null;
  user_roles: Role[] | null;
  memberships: string[] | null;
  client_reference: string | null;
  client_roles: Role[];
}

/**
 * One indexed read a request and no memory: a token that is revoked, whose user or client is shut
 * out, or whose session is over stops working with the next request.
 */
const RESOLVE = `
  select t.model, t.id, t.payload, c.id as context_id, c.payload as context, u.fhir_user as user_reference,
    u.roles as user_roles, u.memberships, k.fhir_user as client_reference, k.roles as client_roles
  from sign_in_artifact t
  join sign_in_client k on k.tenant = t.tenant and k.id = t.client and k.disabled_at is null
  left join sign_in_artifact c on c.tenant = t.tenant and c.model = 'Context' and c.id = t.grant_id
  left join sign_in_user u on u.tenant = t.tenant and u.id = t.account and u.disabled_at is null
  where t.tenant = $1 and t.model in ('AccessToken', 'ClientCredentials') and t.id = $2 and t.expires_at > $3`;

/** Whose token it is, and what it may be used for. */
export interface Resolved {
  readonly actor: Actor;
  readonly scopes: readonly string[];
}

/** The access tokens of the built-in server: references into its database, not statements. */
export class ReferenceTokens {
  readonly #parts: ArtifactsParts;

  constructor(parts: ArtifactsParts) {
    this.#parts = parts;
  }

  /** @throws Fault SIGNIN_TOKEN_INVALID */
  async resolve(token: string): Promise<Resolved> {
    const { db, tenant, clock, seal } = this.#parts;
    const { rows } = await db.query<Row>({
      name: 'sign_in_resolve',
      text: RESOLVE,
      values: [tenant, hashed(token), clock.now()],
    });
    const [row] = rows;
    const payload = row && seal.open(placeOf(row.model, row.id), row.payload);
    if (row === undefined || payload === undefined) throw signinFault('SIGNIN_TOKEN_INVALID');
    const scope = typeof payload['scope'] === 'string' ? payload['scope'] : '';
    // A token that names no resource opens none; the development sign-in's say nothing about them.
    const common = {
      tenant,
      scopes: parseScopes(scope) ?? [],
      emergency: false,
      tokenId: row.id.toString('base64url').slice(0, 22),
    };
    const scopes = scope.split(' ');
    if (row.model === 'ClientCredentials') {
      if (row.client_reference === null) throw signinFault('SIGNIN_TOKEN_INVALID');
      const extra = payload['extra'] as { readonly purpose_of_use: string[] };
      const actor: Actor = {
        ...common,
        principal: row.client_reference,
        closure: [row.client_reference],
        roles: row.client_roles,
        purposes: extra.purpose_of_use,
      };
      return { actor, scopes };
    }
    const context = this.#contextOf(row);
    if (context === undefined || row.user_reference === null || row.user_roles === null) {
      throw signinFault('SIGNIN_TOKEN_INVALID');
    }
    if (payload['expiresWithSession'] === true) await this.#assertSession(payload);
    const actor: Actor = {
      ...common,
      principal: row.user_reference,
      closure: [...new Set([row.user_reference, ...(row.memberships ?? [])])].sort(),
      roles: row.user_roles,
      purposes: context.purposes,
      ...(context.patient !== undefined && { patientId: context.patient as PatientId }),
    };
    return { actor, scopes };
  }

  #contextOf({ context_id: id, context }: Row): LaunchContext | undefined {
    if (id === null || context === null) return undefined;
    const kept = this.#parts.seal.open(placeOf('Context', id), context);
    return kept?.['context'] as LaunchContext | undefined;
  }

  async #assertSession(payload: Record<string, unknown>): Promise<void> {
    const { db, tenant, clock } = this.#parts;
    const { rowCount } = await db.query({
      name: 'sign_in_session',
      text: `select from sign_in_artifact
        where tenant = $1 and model = 'Session' and uid = $2 and account = $3 and expires_at > $4`,
      values: [tenant, payload['sessionUid'], payload['accountId'], clock.now()],
    });
    if (rowCount !== 1) throw signinFault('SIGNIN_TOKEN_INVALID');
  }
}
