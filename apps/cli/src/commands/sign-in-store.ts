import { systemClock, type TenantId } from '@holdfast/kernel';
import { createPool } from '@holdfast/postgres';
import { Artifacts, Clients, Seal, Users } from '@holdfast/signin';
import { asOwner, type DataOption } from '../database-address.ts';

const TENANT = 1 as TenantId;

export interface SignInStore {
  readonly users: Users;
  readonly clients: Clients;
  /** Signs an account out everywhere. @returns how many sessions and grants that ended */
  signOut(account: string): Promise<number>;
}

/** Works on what the built-in sign-in keeps, behind the tenant wall, whether the server runs or not. */
export function onSignIn<Done>(
  options: DataOption,
  work: (store: SignInStore) => Promise<Done>,
): Promise<Done> {
  return asOwner(options, async (_owner, url) => {
    const db = createPool({
      url,
      role: 'holdfast_app',
      tenant: TENANT,
      max: 1,
      applicationName: 'holdfast cli sign-in',
    });
    const parts = { db, tenant: TENANT, clock: systemClock };
    // Deletes and never opens what is sealed.
    const artifacts = new Artifacts({ ...parts, seal: new Seal(new Uint8Array(32)) });
    try {
      return await work({
        users: new Users(parts),
        clients: new Clients(parts),
        signOut: (account) => artifacts.dropOfAccount(account),
      });
    } finally {
      await db.end();
    }
  });
}

/** A comma-separated option as its parts. */
export const listed = (text: string): string[] =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
