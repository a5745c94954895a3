import type { Actor } from '@holdfast/consent';
import {
  type AccessToken,
  type ClientCredentials,
  errors,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import { REFRESH_TOKEN_SECONDS } from '../limits.ts';
import type { RegisteredClient } from '../postgres/clients.ts';
import type { User } from '../postgres/users.ts';
import type { LaunchContext } from '../smart/launch-context.ts';
import { boundPurposes, type Workflow } from '../smart/purposes.ts';
import { grantableScopes, PLAIN_SCOPES } from '../smart/requested-scopes.ts';
import type { ServerParts } from './server-parts.ts';

const CONTEXT = 'Context';

/** Everything a person agreed to for one client. */
export interface Agreement {
  readonly user: User;
  readonly clientId: string;
  /** Scopes that were asked for and may be granted. */
  readonly asked: readonly string[];
  readonly granted: readonly string[];
  readonly context: LaunchContext;
}

/** What comes of an authorization: the grant that tokens stand on, and the context they carry. */
export class Grants {
  readonly #parts: Omit<ServerParts, 'keys' | 'cookieSecret'>;

  constructor(parts: ServerParts) {
    this.#parts = parts;
  }

  /** The context of a grant; undefined where the grant is over. */
  async contextOf(grantId: string): Promise<LaunchContext | undefined> {
    const kept = await this.#parts.artifacts.find(CONTEXT, grantId);
    // Written by `agree`, sealed since.
    return kept?.['context'] as LaunchContext | undefined;
  }

  /** SMART's `fhirUser` of whose token it is, where the token lets its client know. */
  async fhirUserOf(
    token:
      | { readonly accountId?: string | undefined; readonly scope?: string | undefined }
      | undefined,
  ): Promise<string | undefined> {
    if (token?.accountId === undefined || !token.scope?.split(' ').includes('fhirUser'))
      return undefined;
    const user = await this.#parts.users.find(token.accountId);
    return user && `${this.#parts.fhirBase}/${user.fhirUser}`;
  }

  /** @returns the id of the grant */
  async agree(
    provider: KoaContextWithOIDC['oidc']['provider'],
    agreement: Agreement,
  ): Promise<string> {
    const { user, clientId, asked, granted, context } = agreement;
    const { fhirBase, artifacts } = this.#parts;
    const grant = new provider.Grant({ accountId: user.id, clientId });
    const plain: ReadonlySet<string> = new Set(PLAIN_SCOPES);
    const refused = asked.filter((word) => !granted.includes(word));
    grant.addOIDCScope(granted.filter((word) => plain.has(word)).join(' '));
    grant.addResourceScope(fhirBase, granted.join(' '));
    if (refused.length > 0) {
      grant.rejectOIDCScope(refused.filter((word) => plain.has(word)).join(' '));
      grant.rejectResourceScope(fhirBase, refused.join(' '));
    }
    const grantId = await grant.save();
    await artifacts.keep(CONTEXT, grantId, {
      payload: { grantId, accountId: user.id, clientId, context },
      seconds: REFRESH_TOKEN_SECONDS,
    });
    await this.#record(agreement);
    return grantId;
  }

  /**
   * Each authorization is a grant of its own, so that what was agreed to once never adds to what is
   * asked for now. A client of the operator's own house is granted what it is registered for.
   */
  async existing({ oidc }: KoaContextWithOIDC) {
    const { provider, result, entities, account } = oidc;
    const grantId = (result as { consent?: { grantId?: string } } | undefined)?.consent?.grantId;
    if (grantId !== undefined) return provider.Grant.find(grantId);
    const client = await this.#parts.clients.find(entities.Client?.clientId ?? '');
    const user = await this.#parts.users.find(account?.accountId ?? '');
    if (client?.isTrusted !== true || user === undefined) return undefined;
    const asked = grantableScopes(textOf(oidc.params?.['scope']), client.scopes, 'person');
    const [own] = user.patients;
    const context: LaunchContext = {
      workflow: 'standalone',
      purposes: await this.purposes(client, user, {
        workflow: 'standalone',
        claimed: textOf(oidc.params?.['purpose_of_use']),
      }),
      ...(own !== undefined && user.patients.length === 1 && { patient: own }),
    };
    const agreement = { user, clientId: client.id, asked, granted: asked, context };
    return provider.Grant.find(await this.agree(provider, agreement));
  }

  /** The purposes of a token. @throws errors.AccessDenied, recorded, where a claim is not bound */
  async purposes(
    client: RegisteredClient,
    asker: Pick<User, 'roles' | 'purposes' | 'fhirUser'>,
    { workflow, claimed }: { readonly workflow: Workflow; readonly claimed: string | undefined },
  ): Promise<readonly string[]> {
    const { roles, purposes: ofUser } = asker;
    const bound = boundPurposes({ workflow, roles, ofUser, ofClient: client.purposes, claimed });
    if (bound.ok) return bound.value;
    await this.#parts.ports.record({
      what: 'purpose-of-use',
      succeeded: false,
      principal: asker.fhirUser,
      roles,
      // What a client makes up does not get into the log as it is.
      purposes: [/^[A-Z]{2,12}$/.test(bound.error) ? bound.error : 'UNKNOWN'],
      client: client.id,
      patient: undefined,
    });
    throw new errors.AccessDenied('this purpose of use is not bound to the client and the role');
  }

  /** Of a program, whose token says for what it acts; of a person the grant's context does. */
  async tokenClaims(
    { oidc }: KoaContextWithOIDC,
    token: AccessToken | ClientCredentials,
  ): Promise<Record<string, unknown> | undefined> {
    if (token.kind === 'AccessToken') {
      const context = await this.contextOf(token.grantId ?? '');
      return { purpose_of_use: context?.purposes ?? [] };
    }
    const client = await this.#parts.clients.find(token.clientId ?? '');
    if (client?.fhirUser === undefined) throw new errors.UnauthorizedClient();
    const { fhirUser, roles } = client;
    const asker = { fhirUser, roles, purposes: client.purposes };
    const claimed = textOf(oidc.body?.['purpose_of_use']);
    const purposes = await this.purposes(client, asker, { workflow: 'backend', claimed });
    const { ports } = this.#parts;
    const known = { principal: fhirUser, roles, purposes, client: client.id, patient: undefined };
    await ports.record({ what: 'token', succeeded: true, ...known });
    return { purpose_of_use: purposes };
  }

  async #record({ user, clientId, context }: Agreement): Promise<void> {
    await this.#parts.ports.record({
      what: 'authorize',
      succeeded: true,
      principal: user.fhirUser,
      roles: user.roles,
      purposes: context.purposes,
      client: clientId,
      patient: context.patient,
    });
  }
}

/** The person as decisions see them before there is a token: for the picker. */
export const actorOfUser = (
  user: User,
  purposes: readonly string[],
  tenant: Actor['tenant'],
): Actor => ({
  tenant,
  principal: user.fhirUser,
  closure: [...new Set([user.fhirUser, ...user.memberships])].sort(),
  roles: user.roles,
  purposes,
  emergency: false,
  tokenId: `sign-in/${user.id}`,
});

export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;
