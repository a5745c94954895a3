import { hash } from 'node:crypto';
import type { Actor } from '@holdfast/consent';
import type { Clock } from '@holdfast/kernel';
import { decodeJwt, errors, jwtVerify } from 'jose';
import type { ReferenceTokens } from './authorization/reference-tokens.ts';
import { signinFault } from './errors.ts';
import { TOKEN_BYTES_MAX, VERIFIED_TOKEN_SECONDS, VERIFIED_TOKENS_MAX } from './limits.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';

interface Verified {
  readonly actor: Actor;
  readonly untilMs: number;
}

export interface TokenVerifierOptions {
  /** Each with an issuer identifier of its own; none = nobody gets in. */
  readonly issuers: readonly TrustedIssuer[];
  readonly clock: Clock;
  /** Tokens of the built-in server; undefined: there is none. */
  readonly references?: ReferenceTokens | undefined;
}

/** A signed statement has dots in it (RFC 7515 section 3.1). */
const isReference = (token: string): boolean => !token.includes('.');

const ALGORITHMS = ['ES256', 'ES384', 'RS256', 'PS256', 'EdDSA'];

/**
 * Turns an Authorization header into an actor. A checked token's claims are kept for minutes, never
 * past its expiry, under the hash of the whole token, so that no two tokens share an entry.
 */
export class TokenVerifier {
  readonly #options: TokenVerifierOptions;
  readonly #verified = new Map<string, Verified>();

  constructor(options: TokenVerifierOptions) {
    this.#options = options;
  }

  /**
   * @throws Fault SIGNIN_TOKEN_MISSING, SIGNIN_TOKEN_INVALID, SIGNIN_TOKEN_INCOMPLETE,
   *   SIGNIN_NOT_CONFIGURED (401), SIGNIN_PROVIDER_AWAY (503)
   */
  async actor(authorization: string | undefined): Promise<Actor> {
    const { issuers, references } = this.#options;
    if (issuers.length === 0 && references === undefined) {
      throw signinFault('SIGNIN_NOT_CONFIGURED');
    }
    const token = /^Bearer ([\w\-.]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw signinFault('SIGNIN_TOKEN_MISSING');
    if (token.length > TOKEN_BYTES_MAX) throw signinFault('SIGNIN_TOKEN_INVALID');
    if (references !== undefined && isReference(token)) {
      return (await references.resolve(token)).actor;
    }
    const key = hash('sha256', token, 'base64');
    const known = this.#verified.get(key);
    if (known !== undefined && known.untilMs > this.#options.clock.now().getTime())
      return known.actor;
    this.#verified.delete(key);
    const verified = await this.#verify(token);
    if (this.#verified.size >= VERIFIED_TOKENS_MAX) this.#evictOldest();
    this.#verified.set(key, verified);
    return verified.actor;
  }

  /**
   * Whether a token opens more than the FHIR interface: one of the built-in server does where it
   * holds the scope `platform`. @throws Fault SIGNIN_TOKEN_INVALID
   */
  async isForPlatform(authorization: string): Promise<boolean> {
    const { references } = this.#options;
    const token = /^Bearer ([\w\-.]+)$/i.exec(authorization)?.[1];
    if (references === undefined || token === undefined || !isReference(token)) return true;
    return (await references.resolve(token)).scopes.includes('platform');
  }

  async #verify(token: string): Promise<Verified> {
    const { clock } = this.#options;
    try {
      const trusted = this.#issuerOf(token);
      const { payload } = await jwtVerify(token, trusted.keys, {
        issuer: trusted.issuer,
        audience: trusted.audience,
        algorithms: ALGORITHMS,
        currentDate: clock.now(),
        requiredClaims: ['exp'],
      });
      const actor = trusted.actorOf(payload, token);
      if (!actor.ok) {
        throw signinFault('SIGNIN_TOKEN_INCOMPLETE', {
          diagnostics: `The claim "${actor.error}" is missing or malformed.`,
        });
      }
      const expiresAtMs = (payload.exp ?? 0) * 1_000;
      const recheckAtMs = clock.now().getTime() + VERIFIED_TOKEN_SECONDS * 1_000;
      return { actor: actor.value, untilMs: Math.min(expiresAtMs, recheckAtMs) };
    } catch (cause) {
      if (cause instanceof errors.JOSEError) throw signinFault('SIGNIN_TOKEN_INVALID', { cause });
      throw cause;
    }
  }

  /** By the token's own word, which the verification with that issuer's keys then proves. */
  #issuerOf(token: string): TrustedIssuer {
    const { iss } = decodeJwt(token);
    const found = this.#options.issuers.find(({ issuer }) => issuer === iss);
    if (found === undefined) throw signinFault('SIGNIN_TOKEN_INVALID');
    return found;
  }

  #evictOldest(): void {
    const oldest = this.#verified.keys().next();
    if (!oldest.done) this.#verified.delete(oldest.value);
  }
}
