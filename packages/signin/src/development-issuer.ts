import { randomUUID } from 'node:crypto';
import type { Clock } from '@holdfast/kernel';
import { createLocalJWKSet, SignJWT } from 'jose';
import { actorOf, type TokenClaims } from './claims.ts';
import { signinFault } from './errors.ts';
import { DEVELOPMENT_TOKEN_SECONDS } from './limits.ts';
import type { SigningKey } from './signing-key.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';

/** A made-up user of the demo, who can sign in without a password. */
export interface Persona {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly claims: TokenClaims;
}

export interface DevelopmentIssuerOptions {
  readonly personas: readonly Persona[];
  readonly signingKey: SigningKey;
  readonly issuer: string;
  readonly audience: string;
  readonly clock: Clock;
  /** The value of NODE_ENV; `production` refuses to construct. */
  readonly environment: string | undefined;
}

export interface IssuedToken {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  readonly persona: Persona;
}

/**
 * Issues tokens to demo personas without any proof of who asks, so it must not exist in production.
 * @throws Fault SIGNIN_DEVELOPMENT_ONLY at construction when NODE_ENV is `production`.
 */
export class DevelopmentIssuer {
  readonly personas: readonly Persona[];
  readonly #options: DevelopmentIssuerOptions;

  constructor(options: DevelopmentIssuerOptions) {
    if (options.environment === 'production') throw signinFault('SIGNIN_DEVELOPMENT_ONLY');
    this.personas = options.personas;
    this.#options = options;
  }

  /** Takes the tokens issued here. */
  get trusted(): TrustedIssuer {
    const { signingKey, issuer, audience } = this.#options;
    const keys = createLocalJWKSet({ keys: [signingKey.publicJwk] });
    return { issuer, audience, keys, actorOf };
  }

  /** @param purpose narrows the persona's purposes of use to one; undefined = all of them. */
  async issue(personaId: string, purpose?: string): Promise<IssuedToken> {
    const persona = this.personas.find((candidate) => candidate.id === personaId);
    if (persona === undefined)
      throw signinFault('SIGNIN_PERSONA_UNKNOWN', { expression: ['persona'] });
    const { claims } = persona;
    if (purpose !== undefined && !claims.purposes.includes(purpose)) {
      throw signinFault('SIGNIN_PURPOSE_NOT_GRANTED', { expression: ['purpose'] });
    }
    const { signingKey, issuer, audience, clock } = this.#options;
    const issuedAt = Math.floor(clock.now().getTime() / 1_000);
    const accessToken = await new SignJWT({
      ...claims,
      purposes: purpose === undefined ? claims.purposes : [purpose],
    })
      .setProtectedHeader({ alg: signingKey.algorithm, kid: signingKey.keyId, typ: 'at+jwt' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(persona.id)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + DEVELOPMENT_TOKEN_SECONDS)
      .setJti(randomUUID())
      .sign(signingKey.privateKey);
    return { accessToken, expiresInSeconds: DEVELOPMENT_TOKEN_SECONDS, persona };
  }
}
