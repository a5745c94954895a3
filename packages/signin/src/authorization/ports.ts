import type { Actor } from '@holdfast/consent';

/** Something about signing in that the audit keeps. */
export interface SignInRecord {
  readonly what: 'sign-in' | 'authorize' | 'token' | 'purpose-of-use' | 'launch' | 'sign-out';
  readonly succeeded: boolean;
  /** FHIR reference of the person or program; undefined: nobody is known yet. */
  readonly principal: string | undefined;
  readonly roles: Actor['roles'];
  readonly purposes: readonly string[];
  readonly client: string | undefined;
  /** The record it is about. */
  readonly patient: string | undefined;
}

/** Somebody whose record an app may be opened with. */
export interface PickerPatient {
  readonly id: string;
  readonly name: string;
  readonly birthDate: string | undefined;
}

/** What the authorization server needs of the layers above it. */
export interface AuthorizationPorts {
  /** Durable before it returns; what cannot be recorded does not happen. */
  record(record: SignInRecord): Promise<void>;
  /** Patients that the actor may see: by words of a name, or the one of an id. */
  findPatients(
    actor: Actor,
    by: { readonly text: string } | { readonly id: string },
  ): Promise<readonly PickerPatient[]>;
  /** Fetches a client's key set: only from where a server may be sent to. */
  fetchKeys(url: string): Promise<Response>;
}
