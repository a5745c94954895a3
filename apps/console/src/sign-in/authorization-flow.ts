/** The client that the server registers for this console. */
const CLIENT_ID = 'holdfast-console';
const SCOPE = 'openid fhirUser profile online_access platform user/*.rs';
const KEY = 'holdfast.authorization';

/** What the address held when the page was loaded. A code stays in no history and in no copied link. */
const loaded = new URLSearchParams(location.search);
if (loaded.has('state')) history.replaceState(null, '', location.pathname);

interface Begun {
  readonly state: string;
  readonly verifier: string;
}

/** What the token endpoint answered, as far as the console needs it. */
export interface GrantedToken {
  readonly token: string;
  readonly idToken: string;
  /** Seconds from now. */
  readonly expiresIn: number;
}

const text = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

const random = (): string => text(crypto.getRandomValues(new Uint8Array(32)));
const redirectUri = (): string => `${location.origin}/console/sign-in`;

/**
 * Leaves for the sign-in's pages: authorization code with PKCE (RFC 7636).
 * @throws TypeError where the server does not say where they are
 */
export async function beginSignIn(): Promise<void> {
  const response = await fetch('/fhir/R4/.well-known/smart-configuration');
  const { authorization_endpoint: endpoint } = (await response.json()) as {
    authorization_endpoint?: string;
  };
  if (!response.ok || endpoint === undefined) throw new TypeError('this server has no sign-in');
  const begun: Begun = { state: random(), verifier: random() };
  sessionStorage.setItem(KEY, JSON.stringify(begun));
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(begun.verifier));
  const address = new URL(endpoint);
  address.search = new URLSearchParams({
    response_type: 'code',
    client_id: CLIENT_ID,
    redirect_uri: redirectUri(),
    scope: SCOPE,
    state: begun.state,
    aud: `${address.origin}/fhir/R4`,
    code_challenge: text(new Uint8Array(hash)),
    code_challenge_method: 'S256',
  }).toString();
  location.assign(address);
}

let finishing: Promise<GrantedToken | undefined> | undefined;

/** The token, where the page was loaded on the way back; undefined where it was not. @throws Error */
export function finishSignIn(): Promise<GrantedToken | undefined> {
  finishing ??= exchange();
  return finishing;
}

async function exchange(): Promise<GrantedToken | undefined> {
  const kept = sessionStorage.getItem(KEY);
  if (kept === null || !loaded.has('state')) return undefined;
  sessionStorage.removeItem(KEY);
  const { state, verifier } = JSON.parse(kept) as Begun;
  const code = loaded.get('code');
  if (loaded.get('state') !== state) throw new Error('The answer belongs to another sign-in.');
  if (code === null) {
    throw new Error(loaded.get('error_description') ?? 'The sign-in was given up.');
  }
  const response = await fetch('/auth/token', {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: CLIENT_ID,
      code,
      redirect_uri: redirectUri(),
      code_verifier: verifier,
    }),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  const { access_token: token, id_token: idToken, expires_in: expiresIn } = answer;
  const isToken = typeof token === 'string' && typeof idToken === 'string';
  if (!response.ok || !isToken || typeof expiresIn !== 'number') {
    throw new Error('The server did not take the sign-in.');
  }
  return { token, idToken, expiresIn };
}
