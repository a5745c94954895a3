import { createHash } from 'node:crypto';
import type { Clock } from '@holdfast/kernel';
import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { signinFault } from '../errors.ts';
import { DISCOVERY_PAUSE_MS, KEY_SET_AGE_MS, PROVIDER_TIMEOUT_MS } from '../limits.ts';
import type { TrustedIssuer } from '../trusted-issuer.ts';
import { actorOfProvider, type ClaimRules } from './provider-claims.ts';

export interface OpenIdProviderOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly rules: ClaimRules;
  readonly clock: Clock;
  /** Shortest time between two fetches of the key set for an unknown key; default 30 s. */
  readonly keyCooldownMs?: number;
}

/** An issuer whose keys are found by OpenID Connect Discovery 1.0. */
export interface OpenIdProvider extends TrustedIssuer {
  /** Asks the provider for its metadata. @throws Fault SIGNIN_PROVIDER_AWAY (503) */
  discover(): Promise<void>;
}

/**
 * Trusts the tokens of an OpenID provider. Its metadata and keys are fetched when the first token
 * arrives, so that a start never waits for it; a key it has withdrawn is forgotten within minutes,
 * a new one is fetched when a token names it.
 */
export function openIdProvider(options: OpenIdProviderOptions): OpenIdProvider {
  const { issuer, audience, rules } = options;
  const keySet = discovery(options);
  const keys: JWTVerifyGetKey = async (header, token) => {
    const set = await keySet();
    try {
      return await set(header, token);
    } catch (cause) {
      if (isAboutTheToken(cause)) throw cause;
      throw away(cause);
    }
  };
  return {
    issuer,
    audience,
    keys,
    actorOf: (payload, token) =>
      actorOfProvider(payload, rules, createHash('sha256').update(token).digest('base64url')),
    discover: async () => {
      await keySet();
    },
  };
}

/** One request at a time, and after a failure none for a while: tokens must not become a flood. */
function discovery({ issuer, clock, keyCooldownMs }: OpenIdProviderOptions) {
  let found: Promise<JWTVerifyGetKey> | undefined;
  let failedAtMs = Number.NEGATIVE_INFINITY;
  return (): Promise<JWTVerifyGetKey> => {
    if (found !== undefined) return found;
    if (clock.monotonicMs() - failedAtMs < DISCOVERY_PAUSE_MS) return Promise.reject(away());
    found = keySetAddress(issuer).then(
      (address) =>
        createRemoteJWKSet(address, {
          timeoutDuration: PROVIDER_TIMEOUT_MS,
          cacheMaxAge: KEY_SET_AGE_MS,
          ...(keyCooldownMs === undefined ? {} : { cooldownDuration: keyCooldownMs }),
        }),
      (cause: unknown) => {
        found = undefined;
        failedAtMs = clock.monotonicMs();
        throw away(cause);
      },
    );
    return found;
  };
}

/** `jwks_uri` of the provider's metadata, which must be its own (Discovery 1.0 section 4.3). */
async function keySetAddress(issuer: string): Promise<URL> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(address, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(PROVIDER_TIMEOUT_MS),
  });
  if (!response.ok) throw new TypeError(`status ${response.status}`);
  const metadata = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
  if (metadata.issuer !== issuer) throw new TypeError('the metadata is of another issuer');
  if (typeof metadata.jwks_uri !== 'string') throw new TypeError('the metadata has no jwks_uri');
  const keys = new URL(metadata.jwks_uri);
  if (keys.protocol !== new URL(issuer).protocol) throw new TypeError('jwks_uri is less safe');
  return keys;
}

const isAboutTheToken = (cause: unknown): boolean =>
  cause instanceof errors.JWKSNoMatchingKey ||
  cause instanceof errors.JWKSMultipleMatchingKeys ||
  cause instanceof errors.JOSENotSupported;

const away = (cause?: unknown) =>
  signinFault('SIGNIN_PROVIDER_AWAY', {
    retryAfterSeconds: Math.ceil(DISCOVERY_PAUSE_MS / 1_000),
    ...(cause === undefined ? {} : { cause }),
  });
