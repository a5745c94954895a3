import type { Actor } from '@holdfast/consent';
import type { Result } from '@holdfast/kernel';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';

/** Whose tokens are taken, and how their claims are read. */
export interface TrustedIssuer {
  /** `iss` of its tokens (RFC 7519 section 4.1.1). */
  readonly issuer: string;
  /** What `aud` must hold. */
  readonly audience: string;
  readonly keys: JWTVerifyGetKey;
  /** Of a token whose signature, issuer, audience and expiry hold; the error names a claim. */
  readonly actorOf: (payload: JWTPayload, token: string) => Result<Actor, string>;
}
