import type { Clock } from '@holdfast/kernel';
import { DevelopmentIssuer, type SigningKey, TokenVerifier } from '@holdfast/signin';
import { createLocalJWKSet } from 'jose';
import { IMPORTER, PERSONAS } from '../demo/index.ts';

export interface SignIn {
  readonly verifier: TokenVerifier;
  /** Absent in production: nobody is signed in without proof. */
  readonly issuer: DevelopmentIssuer | undefined;
}

const NAMES = { issuer: 'urn:holdfast:development', audience: 'urn:holdfast:fhir' };

export function openSignIn(
  signingKey: SigningKey,
  environment: string | undefined,
  clock: Clock,
): SignIn {
  return {
    verifier: new TokenVerifier({
      keys: createLocalJWKSet({ keys: [signingKey.publicJwk] }),
      ...NAMES,
      clock,
    }),
    issuer:
      environment === 'production'
        ? undefined
        : new DevelopmentIssuer({
            personas: [...PERSONAS, IMPORTER],
            signingKey,
            ...NAMES,
            clock,
            environment,
          }),
  };
}
