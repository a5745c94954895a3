import type { BrokerSettings } from '@holdfast/events';
import type { ValidationPolicy } from '@holdfast/fhir';
import type { MatchParameters } from '@holdfast/identity';
import type { ChildPoolOptions } from '@holdfast/inference';
import type { ServerSettings } from '@holdfast/postgres';
import type { ProviderSettings } from '@holdfast/signin';
import type { ReferencePolicy } from '@holdfast/store';
import type { OrganisationProfile } from '@holdfast/visibility';

import type { KeyRingSetting } from './key-ring.ts';

/** All that one process is told; `apps/cli` reads it from flags and the environment. */
export interface ServerConfig {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Keys, the signal spool, and the embedded PostgreSQL where there is no `databaseUrl`. */
  readonly dataDirectory: string;
  /** A PostgreSQL of one's own, 15 to 18; undefined = the embedded one. */
  readonly databaseUrl: string | undefined;
  /** NODE_ENV; `production` switches the development sign-in and the demo off. */
  readonly environment: string | undefined;
  /** The OpenID provider whose tokens are taken; in production there is no other sign-in. */
  readonly provider?: ProviderSettings | undefined;
  /** Where the key ring of audit bodies comes from; absent = a file in the data directory. */
  readonly keyRing?: KeyRingSetting | undefined;
  /** Who cosigns the checkpoints of the audit log. */
  readonly witnesses?: readonly WitnessSetting[] | undefined;
  /** Load the demo population when the store is empty. */
  readonly demo: boolean;
  /** Where clients reach the server, e.g. behind a proxy; undefined = host and port. */
  readonly publicUrl: string | undefined;
  /** Whether what a resource refers to must be there: `enforced` unless told otherwise. */
  readonly references?: ReferencePolicy;
  /** Whether PUT of a free id creates; true unless told otherwise. See docs/writing.md. */
  readonly updateCreates?: boolean;
  /** Where subscriptions may go beside the public internet over TLS, and by which mail server. */
  readonly subscriptions?: SubscriptionSettings | undefined;
  /** What the organisation is before the law; absent: an incident asks for it. */
  readonly organisation?: OrganisationProfile | undefined;
  /** With which a scraper reads `/metrics`; absent: operators only. */
  readonly metricsToken?: string | undefined;
  /** The broker that carries the event log to other machines. */
  readonly broker?: BrokerSettings | undefined;
  /** Number of this process among several over one data directory, from 1; undefined = it is alone. */
  readonly worker?: number | undefined;
  /** What this process does: `all` unless told otherwise. See docs/production.md. */
  readonly role?: Role;
  /** How long it goes on serving after it has said that it is not ready any more. 0 unless told otherwise. */
  readonly drainMs?: number;
  /** Longest that a request is worked on, bulk work six times that; 10 seconds unless told otherwise. */
  readonly requestMs?: number | undefined;
  readonly logLevel: string;
  /** What becomes of resources that break rules; absent = every rule is enforced. */
  readonly validation?: ValidationPolicy;
  /** How records of one person agree; absent: parameters to begin with. */
  readonly identityParameters?: MatchParameters | undefined;
  /** Settings of the embedded server beside the shipped ones; tests relax durability with it. */
  readonly embeddedSettings?: ServerSettings;
  /** A server that runs the trained models by the Open Inference Protocol 2; absent: child processes. */
  readonly modelServer?: string | undefined;
  /** How the children of the inference back end start; tests run them from source. */
  readonly inferenceProgram?: ChildPoolOptions['program'];
  /** Sentences for the person who starts it. */
  readonly onProgress: (line: string) => void;
}

/** `api` serves requests and leads no consumer; `worker` runs consumers and serves its health only. */
export const ROLES = ['all', 'api', 'worker'] as const;
export type Role = (typeof ROLES)[number];

export interface SubscriptionSettings {
  /** Host names that may be internal or plain HTTP. */
  readonly trustedHosts: readonly string[];
  /** Absent: the channel email is not offered. */
  readonly mail?: { readonly url: string; readonly from: string } | undefined;
}

/** One witness (C2SP tlog-witness). */
export interface WitnessSetting {
  /** Submission prefix, e.g. `https://witness.example`. */
  readonly url: string;
  /** Its verifier key, as `holdfast witness` prints it. */
  readonly key: string;
}

/** The tenant of a single-tenant installation. */
export const FIRST_TENANT = 1;
