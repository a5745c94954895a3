import { PERSONAS } from '../demo/index.ts';
import type { BuiltInSignIn } from './sign-in.ts';

/** Everybody knows it: such users cannot sign in to production. */
export const DEMO_PASSWORD = 'for made-up people only';

const CONSOLE = {
  id: 'holdfast-console',
  name: 'the Holdfast console',
  kind: 'public',
  launchUri: undefined,
  scopes: ['openid', 'fhirUser', 'profile', 'online_access', 'platform', 'user/*.rs'],
  purposes: [],
  jwks: undefined,
  jwksUri: undefined,
  fhirUser: undefined,
  roles: [],
  isTrusted: true,
} as const;

/** Registers the console at the address it is served at; shuts demo people out of production. */
export async function openConsoleSignIn(
  { clients, users }: BuiltInSignIn,
  url: string,
  environment: string | undefined,
): Promise<void> {
  const there = url.replace('//127.0.0.1:', '//localhost:');
  const redirectUris = [...new Set([url, there])].map((each) => `${each}/console/sign-in`);
  await clients.keep({ ...CONSOLE, redirectUris });
  if (environment === 'production') await users.disableDemo();
}

/** The people of the demonstration, each with a name to sign in by: the id of the persona. */
export async function addDemoUsers(users: BuiltInSignIn['users']): Promise<void> {
  for (const { id, name, claims } of PERSONAS) {
    await users.add({
      id: `demo-${id}`,
      name: id,
      displayName: name,
      password: DEMO_PASSWORD,
      fhirUser: claims.fhirUser,
      roles: claims.roles,
      purposes: claims.purposes,
      memberships: claims.memberships,
      patients: claims.patient === undefined ? [] : [claims.patient],
    });
  }
}
