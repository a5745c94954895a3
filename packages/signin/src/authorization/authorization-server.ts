import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Actor } from '@holdfast/consent';
import type { TenantId } from '@holdfast/kernel';
import { type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { signinFault } from '../errors.ts';
import { contextMembers } from '../smart/launch-context.ts';
import { Grants } from './grants.ts';
import { Interactions } from './interactions.ts';
import { type Launch, Launches } from './launches.ts';
import { providerConfiguration } from './provider-configuration.ts';
import type { ServerParts } from './server-parts.ts';

/** Which app is opened, and what with. */
export type LaunchAsked = Pick<Launch, 'clientId'> & Launch['context'];

/**
 * The built-in OpenID provider and SMART App Launch 2.2 authorization server. oidc-provider speaks
 * the protocols; what SMART adds (the scopes' grammar, launch context in the token response, the five
 * minutes of an assertion, `aud`) is ours.
 */
export class AuthorizationServer {
  readonly issuer: string;
  readonly pages: Interactions;
  readonly #launches: Launches;
  readonly #parts: ServerParts;
  readonly #provider: Provider;
  readonly #answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>;

  constructor(parts: ServerParts & { readonly tenant: TenantId }) {
    this.issuer = parts.issuer;
    const grants = new Grants(parts);
    const provider = new Provider(parts.issuer, providerConfiguration(parts, grants));
    provider.proxy = true;
    const { clients } = parts;
    provider.Client.prototype.compareClientSecret = function compare(secret: string) {
      return clients.isSecretOf(this.clientId, secret);
    };
    provider.use(async (context, next) => {
      await next();
      await addContext(context as KoaContextWithOIDC, grants);
    });
    this.#provider = provider;
    this.#answer = provider.callback();
    this.#parts = parts;
    this.#launches = new Launches(parts.artifacts);
    this.pages = new Interactions({ ...parts, provider, grants, launches: this.#launches });
  }

  /**
   * Answers a request to one of the protocol's endpoints. What the address of the server is, is
   * configured and never taken from the request.
   * @param path below the issuer, with its query
   */
  async handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const { host, protocol, pathname } = new URL(this.issuer);
    const message: IncomingMessage & { originalUrl?: string } = request;
    const asked = askedForConsent(path);
    message.url = asked;
    message.originalUrl = `${pathname}${asked}`;
    message.headers.host = host;
    message.headers['x-forwarded-proto'] = protocol.slice(0, -1);
    message.headers['x-forwarded-host'] = host;
    await this.#answer(request, response);
  }

  /**
   * Opens an app from an EHR, for who asks and with a record they may see.
   * @throws Fault SIGNIN_CLIENT_UNKNOWN (404), SIGNIN_LAUNCH_PATIENT (404)
   */
  async launch(
    actor: Actor,
    { clientId, ...context }: LaunchAsked,
  ): Promise<{ readonly launch: string; readonly url: string }> {
    const { clients, ports, fhirBase } = this.#parts;
    const client = await clients.find(clientId);
    if (client?.launchUri === undefined) throw signinFault('SIGNIN_CLIENT_UNKNOWN');
    const { patient } = context;
    if (patient !== undefined && (await ports.findPatients(actor, { id: patient })).length === 0) {
      throw signinFault('SIGNIN_LAUNCH_PATIENT');
    }
    const { principal, roles, purposes } = actor;
    const launch = await this.#launches.open({ clientId, principal, context });
    const about = { principal, roles, purposes, client: clientId, patient };
    await ports.record({ what: 'launch', succeeded: true, ...about });
    const url = new URL(client.launchUri);
    url.searchParams.set('iss', fhirBase);
    url.searchParams.set('launch', launch);
    return { launch, url: url.href };
  }

  /** What went wrong inside, which an answer does not say. */
  onFailure(listener: (error: Error) => void): void {
    this.#provider.on('server_error', (_context, error) => listener(error));
  }
}

/**
 * OpenID Connect lets `offline_access` count only beside `prompt=consent`; SMART apps do not know
 * that, and here consent is asked for in any case.
 */
function askedForConsent(path: string): string {
  if (!path.startsWith('/authorize?')) return path;
  const query = new URLSearchParams(path.slice('/authorize?'.length));
  const words = (query.get('scope') ?? '').split(' ');
  if (!words.includes('offline_access') || query.has('prompt')) return path;
  query.set('prompt', 'consent');
  return `/authorize?${query.toString()}`;
}

/** SMART App Launch 2.2: the launch context stands beside the token, and in its introspection. */
async function addContext({ oidc, response }: KoaContextWithOIDC, grants: Grants): Promise<void> {
  const body: unknown = response.body;
  if (oidc === undefined || typeof body !== 'object' || body === null) return;
  // RFC 7662 section 2.2: a token of another form is no error, it is not active here.
  if (
    oidc.route === 'introspection' &&
    'error' in body &&
    body.error === 'unsupported_token_type'
  ) {
    response.status = 200;
    response.body = { active: false };
    return;
  }
  const isToken = oidc.route === 'token' && 'access_token' in body;
  const isActive = oidc.route === 'introspection' && 'active' in body && body.active === true;
  if (!isToken && !isActive) return;
  const { AccessToken, RefreshToken } = oidc.entities;
  const grantId = AccessToken?.grantId ?? RefreshToken?.grantId;
  const context = grantId === undefined ? undefined : await grants.contextOf(grantId);
  const fhirUser = isActive ? await grants.fhirUserOf(AccessToken ?? RefreshToken) : undefined;
  response.body = {
    ...body,
    ...(context && contextMembers(context)),
    ...(fhirUser !== undefined && { fhirUser }),
  };
}
