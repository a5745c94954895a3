import { errors } from 'oidc-provider';
import { ASSERTION_SECONDS_MAX } from '../limits.ts';
import type { ServerParts } from './server-parts.ts';

/**
 * What SMART App Launch 2.2 (client-confidential-asymmetric) asks of an assertion beyond RFC 7523:
 * five minutes at most, and `jku` only as registered. Its signature and claims hold already.
 * @throws errors.InvalidClientAuth
 */
export async function assertAssertion(
  { clients, clock }: Pick<ServerParts, 'clients' | 'clock'>,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>>,
): Promise<void> {
  const leftSeconds = Number(claims['exp']) - clock.now().getTime() / 1_000;
  if (!(leftSeconds <= ASSERTION_SECONDS_MAX)) {
    throw new errors.InvalidClientAuth('the assertion lives longer than five minutes');
  }
  if (header['jku'] === undefined) return;
  const client = await clients.find(typeof claims['iss'] === 'string' ? claims['iss'] : '');
  if (client?.jwksUri !== header['jku']) {
    throw new errors.InvalidClientAuth('jku is not the address that was registered');
  }
}
