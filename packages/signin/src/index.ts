export { actorOf, type TokenClaims } from './claims.ts';
export {
  DevelopmentIssuer,
  type DevelopmentIssuerOptions,
  type IssuedToken,
  type Persona,
} from './development-issuer.ts';
export { SIGNIN_FAULTS } from './errors.ts';
export { createSigningKey, loadOrCreateSigningKey, type SigningKey } from './signing-key.ts';
export { TokenVerifier, type TokenVerifierOptions } from './token-verifier.ts';
