import type { Clock, TenantId } from '@holdfast/kernel';
import {
  DevelopmentIssuer,
  type OpenIdProvider,
  openIdProvider,
  type SigningKey,
  TokenVerifier,
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
}

const NAMES = { issuer: 'urn:holdfast:development', audience: 'urn:holdfast:fhir' };

/** Whose tokens this process takes: the demo personas' outside production, the provider's anywhere. */
export function openSignIn({ tenant, config, signingKey, clock }: SignInParts): SignIn {
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
  return { verifier: new TokenVerifier({ issuers, clock }), issuer, provider };
}
