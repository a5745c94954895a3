import { systemClock, type TenantId } from '@holdfast/kernel';
import { createPool } from '@holdfast/postgres';
import { Clients, type NewUser, type RegisteredClient, Users } from '@holdfast/signin';
import * as oidc from 'openid-client';
import type { RunningServer } from '../index.ts';

const TENANT = 1 as TenantId;
export const PASSWORD = 'correct horse battery';
export const REDIRECT = 'http://127.0.0.1:39999/app';

/** The operator's side: registers users and clients of a running server. */
export function registrar(server: Pick<RunningServer, 'ownerUrl'>) {
  const pool = createPool({ url: server.ownerUrl, role: 'holdfast_app', tenant: TENANT, max: 2 });
  const parts = { db: pool, tenant: TENANT, clock: systemClock };
  const users = new Users(parts);
  const clients = new Clients(parts);
  return {
    pool,
    users,
    clients,
    addUser: (user: Pick<NewUser, 'name' | 'fhirUser' | 'roles'> & Partial<NewUser>) =>
      users.add({
        displayName: user.name,
        purposes: [],
        memberships: [],
        patients: [],
        password: PASSWORD,
        ...user,
      }),
    addClient: (client: Pick<RegisteredClient, 'id'> & Partial<RegisteredClient>) =>
      clients.add({
        name: client.id,
        kind: 'public',
        redirectUris: [REDIRECT],
        launchUri: undefined,
        scopes: APP_SCOPES,
        purposes: [],
        jwks: undefined,
        jwksUri: undefined,
        fhirUser: undefined,
        roles: [],
        isTrusted: false,
        ...client,
      }),
    end: () => pool.end(),
  };
}

export const APP_SCOPES = [
  'openid',
  'fhirUser',
  'offline_access',
  'online_access',
  'launch',
  'launch/patient',
  'patient/*.cruds',
  'user/*.cruds',
];

interface Page {
  readonly status: number;
  readonly url: string;
  readonly text: string;
  readonly headers: Headers;
}

/** What a browser does with redirects, cookies and forms. */
export class Browser {
  readonly cookies = new Map<string, { value: string; path: string }>();

  async open(url: string, init: RequestInit = {}): Promise<Page> {
    let at = url;
    let sent: RequestInit = init;
    for (let hops = 0; hops < 12; hops++) {
      if (!at.startsWith('http')) return { status: 0, url: at, text: '', headers: new Headers() };
      if (at.startsWith(REDIRECT)) return { status: 0, url: at, text: '', headers: new Headers() };
      const { pathname } = new URL(at);
      const cookie = [...this.cookies]
        .filter(([, { path }]) => pathname.startsWith(path))
        .map(([name, { value }]) => `${name}=${value}`)
        .join('; ');
      const headers = { ...(sent.headers as Record<string, string>), cookie };
      const response = await fetch(at, { ...sent, headers, redirect: 'manual' });
      for (const set of response.headers.getSetCookie()) this.#keep(set);
      const location = response.headers.get('location');
      if (location === null) {
        return {
          status: response.status,
          url: at,
          text: await response.text(),
          headers: response.headers,
        };
      }
      at = new URL(location, at).href;
      sent = {};
    }
    throw new Error(`redirects without end: ${at}`);
  }

  submit(page: Page, fields: Record<string, string | string[]>): Promise<Page> {
    const body = new URLSearchParams();
    for (const [name, values] of Object.entries(fields)) {
      for (const value of [values].flat()) body.append(name, value);
    }
    return this.open(page.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: body.toString(),
    });
  }

  #keep(set: string): void {
    const [pair = '', ...attributes] = set.split('; ');
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    const path = attributes.find((each) => /^path=/i.test(each))?.slice(5) ?? '/';
    const gone = attributes.some((each) => /^expires=Thu, 01 Jan 1970/i.test(each));
    if (gone || value === '') this.cookies.delete(name);
    else this.cookies.set(name, { value, path });
  }
}

/** The scopes that a consent page offers. */
export const offeredScopes = (page: Page): string[] =>
  [...page.text.matchAll(/name="scope" value="([^"]+)"/g)].map(([, scope = '']) =>
    scope.replaceAll('&amp;', '&'),
  );

export interface Authorizing {
  readonly client: string;
  readonly scope: string;
  readonly user: string;
  readonly params?: Record<string, string>;
  readonly allow?: (offered: string[]) => string[];
  readonly patient?: string;
  readonly browser?: Browser;
  readonly password?: string;
  /** Leaves the browser at the page that asks for consent. */
  readonly stopAtConsent?: boolean;
}

/** An app's configuration by discovery, as openid-client makes it. */
export const discovered = (server: RunningServer, client: string, auth?: oidc.ClientAuth) =>
  oidc.discovery(new URL(`${server.url}/auth`), client, undefined, auth ?? oidc.None(), {
    // oxlint-disable-next-line typescript/no-deprecated -- the server of a test has no TLS
    execute: [oidc.allowInsecureRequests],
  });

/** Goes through the pages to the redirect. */
export async function authorize(server: RunningServer, asked: Authorizing) {
  const config = await discovered(server, asked.client);
  const verifier = oidc.randomPKCECodeVerifier();
  const address = oidc.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT,
    scope: asked.scope,
    state: 'some-state-of-the-app',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    aud: `${server.url}/fhir/R4`,
    ...asked.params,
  });
  const browser = asked.browser ?? new Browser();
  let page = await browser.open(address.href);
  if (page.text.includes('name="password"')) {
    page = await browser.submit(page, { name: asked.user, password: asked.password ?? PASSWORD });
  }
  if (page.text.includes('Choose a patient') && asked.patient !== undefined) {
    page = await browser.submit(page, { step: 'patient', patient: asked.patient });
  }
  if (asked.stopAtConsent !== true && page.text.includes('name="step" value="consent"')) {
    const offered = offeredScopes(page);
    const patient = /name="patient" value="([^"]+)"/.exec(page.text)?.[1];
    page = await browser.submit(page, {
      step: 'consent',
      answer: 'allow',
      scope: asked.allow?.(offered) ?? offered,
      ...(patient !== undefined && { patient }),
    });
  }
  return { config, verifier, browser, page, redirect: new URL(page.url) };
}

/** The whole standalone flow, to the tokens. */
export async function signedIn(server: RunningServer, asked: Authorizing) {
  const { config, verifier, redirect, browser, page } = await authorize(server, asked);
  if (!redirect.href.startsWith(REDIRECT)) throw new Error(`stuck at ${page.url}: ${page.text}`);
  const tokens = await oidc.authorizationCodeGrant(config, redirect, {
    pkceCodeVerifier: verifier,
    expectedState: 'some-state-of-the-app',
  });
  return { config, tokens, browser, redirect, verifier };
}
