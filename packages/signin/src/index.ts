export type { AuthorizationServer } from './authorization/authorization-server.ts';
export type { PageAnswer, Visit } from './authorization/interactions.ts';
export { openSignInKeys } from './authorization/key-ring.ts';
export type { AuthorizationPorts, PickerPatient, SignInRecord } from './authorization/ports.ts';
export { ReferenceTokens, type Resolved } from './authorization/reference-tokens.ts';
export { actorOf, type TokenClaims } from './claims.ts';
export {
  DevelopmentIssuer,
  type DevelopmentIssuerOptions,
  type IssuedToken,
  type Persona,
} from './development-issuer.ts';
export { SIGNIN_FAULTS, signinFault } from './errors.ts';
export { signinMigrations } from './migrations.ts';
export {
  type OpenIdProvider,
  type OpenIdProviderOptions,
  openIdProvider,
} from './oidc/openid-provider.ts';
export { type ProviderSettings, readProviderSettings } from './oidc/provider-settings.ts';
export { openAuthorizationServer } from './open-authorization-server.ts';
export { PAGE_STYLE } from './pages/page.ts';
export { Artifacts, type ArtifactsParts } from './postgres/artifacts.ts';
export { type ClientKind, Clients, type RegisteredClient } from './postgres/clients.ts';
export { Seal } from './postgres/sealed.ts';
export { type NewUser, type User, Users } from './postgres/users.ts';
export { createSigningKey, loadOrCreateSigningKey, type SigningKey } from './signing-key.ts';
export { smartConfiguration } from './smart/smart-configuration.ts';
export { TokenVerifier, type TokenVerifierOptions } from './token-verifier.ts';
export type { TrustedIssuer } from './trusted-issuer.ts';
