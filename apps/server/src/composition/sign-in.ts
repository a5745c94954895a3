import type { Clock, TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import {
  Artifacts,
  Clients,
  DevelopmentIssuer,
  type OpenIdProvider,
  openIdProvider,
  ReferenceTokens,
  Seal,
  type SigningKey,
  TokenVerifier,
  Users,
} from '@holdfast/signin';
import type { ServerConfig } from '../config.ts';
import { IMPORTER, PERSONAS } from '../demo/index.ts';

export interface SignIn {
  readonly verifier: TokenVerifier;
  /** Absent in production: nobody is signed in without proof. */
  readonly issuer: DevelopmentIssuer | undefined;
  /** The operator's own OpenID provider, where one is named. */
  readonly provider: OpenIdProvider | undefined;
}

export interface SignInParts {
  readonly tenant: TenantId;
  readonly config: Pick<ServerConfig, 'environment' | 'provider' | 'publicUrl'>;
  readonly signingKey: SigningKey;
  readonly clock: Clock;
  /** Of the built-in sign-in; absent: its tokens are not taken. */
  readonly builtIn?: BuiltInSignIn | undefined;
}

/** What the built-in sign-in keeps. */
export interface BuiltInSignIn {
  readonly users: Users;
  readonly clients: Clients;
  readonly artifacts: Artifacts;
  readonly references: ReferenceTokens;
}

export function openBuiltIn(
  db: Queryable,
  {
    tenant,
    clock,
    seal: key,
  }: { readonly tenant: TenantId; readonly clock: Clock; readonly seal: Uint8Array },
): BuiltInSignIn {
  const parts = { db, tenant, clock, seal: new Seal(key) };
  return {
    users: new Users(parts),
    clients: new Clients(parts),
    artifacts: new Artifacts(parts),
    references: new ReferenceTokens(parts),
  };
}

const NAMES = { issuer: 'urn:holdfast:development', audience: 'urn:holdfast:fhir' };

/** Whose tokens this process takes: the demo personas' outside production, the provider's anywhere. */
export function openSignIn({ tenant, config, signingKey, clock, builtIn }: SignInParts): SignIn {
  const { environment, provider: settings, publicUrl } = config;
  const personas = [...PERSONAS, IMPORTER];
  const issuer =
    environment === 'production'
      ? undefined
      : new DevelopmentIssuer({ personas, signingKey, ...NAMES, clock, environment });
  const fhirBase = publicUrl === undefined ? undefined : `${publicUrl}/fhir/R4`;
  const provider =
    settings && openIdProvider({ ...settings, rules: { ...settings, tenant, fhirBase }, clock });
  const issuers = [issuer?.trusted, provider].filter((each) => each !== undefined);
  return {
    verifier: new TokenVerifier({ issuers, clock, references: builtIn?.references }),
    issuer,
    provider,
  };
}
