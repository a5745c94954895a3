import type { Clock } from '@holdfast/kernel';
import type { JWK } from 'jose';
import type { Artifacts } from '../postgres/artifacts.ts';
import type { Clients } from '../postgres/clients.ts';
import type { Users } from '../postgres/users.ts';
import type { AuthorizationPorts } from './ports.ts';

/** What the authorization server is made of. */
export interface ServerParts {
  /** Issuer identifier: the address the server is mounted at, without a slash at its end. */
  readonly issuer: string;
  /** Address of the FHIR interface: what `aud` of an authorization request must name. */
  readonly fhirBase: string;
  readonly artifacts: Artifacts;
  readonly users: Users;
  readonly clients: Clients;
  readonly ports: AuthorizationPorts;
  /** Private halves, the signing one first. */
  readonly keys: readonly JWK[];
  readonly cookieSecret: string;
  readonly clock: Clock;
}
