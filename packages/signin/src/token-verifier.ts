import { createHash } from 'node:crypto';
import type { Actor } from '@holdfast/consent';
import type { Clock } from '@holdfast/kernel';
import { errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { actorOf } from './claims.ts';
import { signinFault } from './errors.ts';
import { TOKEN_BYTES_MAX, VERIFIED_TOKENS_MAX } from './limits.ts';

interface Verified {
  readonly actor: Actor;
  readonly expiresAtMs: number;
}

export interface TokenVerifierOptions {
  readonly keys: JWTVerifyGetKey;
  readonly issuer: string;
  readonly audience: string;
  readonly clock: Clock;
}

/**
 * Turns an Authorization header into an actor. Signatures are checked once a token; the claims are
 * then kept until it expires, under the hash of the whole token, so that no two tokens share an entry.
 */
export class TokenVerifier {
  readonly #options: TokenVerifierOptions;
  readonly #verified = new Map<string, Verified>();

  constructor(options: TokenVerifierOptions) {
    this.#options = options;
  }

  /** @throws Fault SIGNIN_TOKEN_MISSING, SIGNIN_TOKEN_INVALID, SIGNIN_TOKEN_INCOMPLETE (401). */
  async actor(authorization: string | undefined): Promise<Actor> {
    const token = /^Bearer ([\w\-.]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw signinFault('SIGNIN_TOKEN_MISSING');
    if (token.length > TOKEN_BYTES_MAX) throw signinFault('SIGNIN_TOKEN_INVALID');
    const key = createHash('sha256').update(token).digest('base64');
    const known = this.#verified.get(key);
    if (known !== undefined && known.expiresAtMs > this.#options.clock.now().getTime())
      return known.actor;
    this.#verified.delete(key);
    const verified = await this.#verify(token);
    if (this.#verified.size >= VERIFIED_TOKENS_MAX) this.#evictOldest();
    this.#verified.set(key, verified);
    return verified.actor;
  }

  async #verify(token: string): Promise<Verified> {
    const { keys, issuer, audience, clock } = this.#options;
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: ['ES256', 'ES384', 'RS256'],
        currentDate: clock.now(),
        requiredClaims: ['exp', 'jti'],
      });
      const actor = actorOf(payload);
      if (!actor.ok) {
        throw signinFault('SIGNIN_TOKEN_INCOMPLETE', {
          diagnostics: `The claim "${actor.error}" is missing or malformed.`,
        });
      }
      return { actor: actor.value, expiresAtMs: (payload.exp ?? 0) * 1_000 };
    } catch (cause) {
      if (cause instanceof errors.JOSEError) throw signinFault('SIGNIN_TOKEN_INVALID', { cause });
      throw cause;
    }
  }

  #evictOldest(): void {
    const oldest = this.#verified.keys().next();
    if (!oldest.done) this.#verified.delete(oldest.value);
  }
}
