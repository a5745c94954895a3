export { actorOf, type TokenClaims } from './claims.ts';
export {
  DevelopmentIssuer,
  type DevelopmentIssuerOptions,
  type IssuedToken,
  type Persona,
} from './development-issuer.ts';
export { SIGNIN_FAULTS, signinFault } from './errors.ts';
export {
  type OpenIdProvider,
  type OpenIdProviderOptions,
  openIdProvider,
} from './oidc/openid-provider.ts';
export { type ProviderSettings, readProviderSettings } from './oidc/provider-settings.ts';
export { createSigningKey, loadOrCreateSigningKey, type SigningKey } from './signing-key.ts';
export { TokenVerifier, type TokenVerifierOptions } from './token-verifier.ts';
export type { TrustedIssuer } from './trusted-issuer.ts';
