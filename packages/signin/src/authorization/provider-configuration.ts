import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import {
  ACCESS_TOKEN_SECONDS,
  BACKEND_TOKEN_SECONDS,
  CODE_SECONDS,
  INTERACTION_SECONDS,
  KEY_SET_BYTES_MAX,
  REFRESH_TOKEN_SECONDS,
  SESSION_SECONDS,
  TRUSTED_TOKEN_SECONDS,
} from '../limits.ts';
import { errorPage, signedOutPage, signOutPage } from '../pages/notices.ts';
import { pageHeaders } from '../pages/page.ts';
import { grantableScopes, PLAIN_SCOPES, resourceScopeOf } from '../smart/requested-scopes.ts';
import { adapterOf } from './adapter.ts';
import { assertAssertion } from './client-assertion.ts';
import type { Grants } from './grants.ts';
import type { ServerParts } from './server-parts.ts';

/** How oidc-provider is set up to be SMART App Launch 2.2's authorization server. */
export function providerConfiguration(parts: ServerParts, grants: Grants): Configuration {
  const { artifacts, clients, keys, cookieSecret, ports } = parts;
  return {
    adapter: adapterOf(artifacts, clients),
    jwks: { keys: [...keys] },
    cookies: {
      keys: [cookieSecret],
      names: {
        session: 'holdfast_session',
        interaction: 'holdfast_page',
        resume: 'holdfast_resume',
      },
      long: { httpOnly: true, sameSite: 'lax', signed: true },
      short: { httpOnly: true, sameSite: 'lax', signed: true },
    },
    scopes: [...PLAIN_SCOPES],
    claims: { openid: ['sub'], fhirUser: ['fhirUser'], profile: ['name', 'fhirUser'] },
    responseTypes: ['code'],
    subjectTypes: ['public'],
    conformIdTokenClaims: false,
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    enabledJWA: {
      clientAuthSigningAlgValues: ['RS384', 'ES384'],
      idTokenSigningAlgValues: ['RS256'],
    },
    assertJwtClientAuthClaimsAndHeader: (_context, claims, header) =>
      assertAssertion(parts, claims, header),
    clockTolerance: 5,
    pkce: { required: () => true },
    extraParams: {
      aud: (context, value) => assertAudience(parts, context, value),
      launch: null,
      purpose_of_use: null,
    },
    routes: ROUTES,
    interactions: { url: (_context, { uid }) => `${parts.issuer}/interaction/${uid}` },
    features: featuresOf(parts),
    findAccount: (_context, id) => accountOf(parts, id),
    loadExistingGrant: (context) => grants.existing(context),
    extraTokenClaims: (context, token) => grants.tokenClaims(context, token),
    issueRefreshToken: (_context, client, source) =>
      client.grantTypeAllowed('refresh_token') &&
      (source.scopes.has('offline_access') || source.scopes.has('online_access')),
    rotateRefreshToken: () => true,
    expiresWithSession: (_context, source) => source.scopes.has('online_access'),
    clientBasedCORS: (_context, origin, client) => isOriginOf(origin, client.redirectUris ?? []),
    renderError: (context, out) => showPage(context, errorPage(out)),
    fetch: (url) => ports.fetchKeys(url instanceof Request ? url.url : new URL(url).href),
    fetchResponseBodyLimits: { jwksUri: KEY_SET_BYTES_MAX },
    ttl: LIVES,
  };
}

function showPage(context: Pick<KoaContextWithOIDC, 'set' | 'body'>, text: string): void {
  context.set(pageHeaders(undefined));
  context.body = text;
}

/** What of OAuth 2.0 and OpenID Connect is offered; nobody registers a client but the operator. */
const featuresOf = (parts: ServerParts): NonNullable<Configuration['features']> => ({
  devInteractions: { enabled: false },
  userinfo: { enabled: false },
  clientCredentials: { enabled: true },
  introspection: { enabled: true },
  revocation: { enabled: true },
  registration: { enabled: false },
  resourceIndicators: {
    enabled: true,
    defaultResource: () => parts.fhirBase,
    useGrantedResource: () => true,
    getResourceServerInfo: (context, resource) => resourceServer(parts, context, resource),
  },
  rpInitiatedLogout: {
    enabled: true,
    logoutSource: (context, form) => showPage(context, signOutPage(form)),
    postLogoutSuccessSource: (context) => showPage(context, signedOutPage()),
  },
});

/** In seconds. */
const LIVES = {
  AccessToken: ACCESS_TOKEN_SECONDS,
  AuthorizationCode: CODE_SECONDS,
  ClientCredentials: BACKEND_TOKEN_SECONDS,
  Grant: REFRESH_TOKEN_SECONDS,
  IdToken: ACCESS_TOKEN_SECONDS,
  Interaction: INTERACTION_SECONDS,
  RefreshToken: REFRESH_TOKEN_SECONDS,
  Session: SESSION_SECONDS,
} as const;

const ROUTES = {
  authorization: '/authorize',
  token: '/token',
  introspection: '/introspect',
  revocation: '/revoke',
  jwks: '/jwks',
  end_session: '/sign-out',
} as const;

async function accountOf({ users, fhirBase }: ServerParts, id: string) {
  const user = await users.find(id);
  if (user === undefined) return undefined;
  const { displayName: name, fhirUser } = user;
  return {
    accountId: id,
    claims: () => ({ sub: id, name, fhirUser: `${fhirBase}/${fhirUser}` }),
  };
}

/** SMART App Launch 2.2: `aud` keeps a token for this server from being asked for at another's behest. */
function assertAudience(
  { fhirBase }: ServerParts,
  { oidc }: KoaContextWithOIDC,
  aud: string | undefined,
): void {
  if (aud !== undefined) {
    if (aud.replace(/\/$/, '') === fhirBase) return;
    throw new errors.InvalidRequest('aud must be the address of this FHIR server');
  }
  const isAboutRecords = [...oidc.requestParamScopes].some(
    (word) => word.startsWith('launch') || resourceScopeOf(word) !== undefined,
  );
  if (isAboutRecords) throw new errors.InvalidRequest('aud is missing');
}

/** What of the request may be granted: a resource server's scopes, for oidc-provider to match. */
async function resourceServer(
  { fhirBase, clients }: ServerParts,
  { oidc }: KoaContextWithOIDC,
  resource: string,
) {
  if (resource.replace(/\/$/, '') !== fhirBase) throw new errors.InvalidTarget();
  const { AuthorizationCode, RefreshToken, Client } = oidc.entities;
  const source = AuthorizationCode ?? RefreshToken;
  const client = Client && (await clients.find(Client.clientId));
  const isProgram = oidc.params?.['grant_type'] === 'client_credentials';
  // Not all of what was granted is registered still: a client that lost a scope loses it at once.
  const scope = source?.scope ?? textOf(oidc.params?.['scope']);
  const scopes = grantableScopes(scope, client?.scopes ?? [], isProgram ? 'program' : 'person');
  if (scopes.length === 0) {
    throw new errors.InvalidScope('nothing of it is granted to this client', scope ?? '');
  }
  return {
    scope: scopes.join(' '),
    audience: fhirBase,
    accessTokenFormat: 'opaque' as const,
    // A client of the operator's own house works as long as its session: see `online_access`.
    accessTokenTTL: isProgram
      ? BACKEND_TOKEN_SECONDS
      : client?.isTrusted === true && scopes.includes('online_access')
        ? TRUSTED_TOKEN_SECONDS
        : ACCESS_TOKEN_SECONDS,
  };
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

const isOriginOf = (origin: string, addresses: readonly string[]): boolean =>
  addresses.some((address) => URL.canParse(address) && new URL(address).origin === origin);
