import type { AsyncRequests } from '@holdfast/async-requests';
import type { ConsentGates } from '@holdfast/consent';
import type { ValidationPolicy } from '@holdfast/fhir';
import type { Scorer } from '@holdfast/identity';
import type { Clock, Random } from '@holdfast/kernel';
import type { Connections } from '@holdfast/postgres';
import type { DevelopmentIssuer, OpenIdProvider, TokenVerifier } from '@holdfast/signin';
import type { CursorSeal, Dictionary, FhirRepository } from '@holdfast/store';
import type { SubscriptionOperations } from '@holdfast/subscriptions';
import type { AuditEventView } from '../audit-events/view.ts';
import type { AuditTrail } from '../audit-trail.ts';
import type { RequestService } from './request-service.ts';
import type { WriteRules } from './write-rules.ts';

/** What the FHIR routes work with. */
export interface FhirRoutesOptions {
  /** For a request under way: within its deadline, of its class. */
  readonly pool: Connections;
  /** The request under way. */
  readonly service?: Pick<RequestService, 'weigh' | 'allow' | 'streaming'>;
  readonly dictionary: Dictionary;
  readonly repository: FhirRepository;
  readonly gates: ConsentGates;
  readonly audit: AuditTrail;
  /** AuditEvents, which are read from the log. */
  readonly auditEvents: AuditEventView;
  readonly verifier: TokenVerifier;
  /** Whose tokens it takes, for the CapabilityStatement to say. */
  readonly issuer: DevelopmentIssuer | undefined;
  readonly provider: OpenIdProvider | undefined;
  readonly asyncRequests: AsyncRequests;
  readonly seal: CursorSeal;
  /** How likely two records are of one person. */
  readonly scorer: Scorer;
  readonly clock: Clock;
  readonly random: Random;
  readonly rules: WriteRules;
  readonly subscriptions: { readonly operations: SubscriptionOperations };
  readonly version: string;
  /** What becomes of resources that break rules. */
  readonly validation: ValidationPolicy;
  /** Root of the server without a slash at its end. */
  readonly baseUrl: () => string;
}
