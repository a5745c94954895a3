import type { ResourceType } from '@holdfast/fhir';
import type { ResourceKey } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';

/**
 * What the store knows about a row when its release is decided. Every field comes from the same
 * statement as the data (invariant 1).
 */
export interface RowFacts {
  readonly type: string;
  readonly id: string;
  /** Storage key and logical id of the patient in whose compartment the row lies; null if none. */
  readonly patient: ResourceKey | null;
  readonly patientId: string | null;
  /** Rank U=0 L=1 M=2 N=3 R=4 V=5, -1 not yet labelled: `CONFIDENTIALITY` of `@holdfast/consent`. */
  readonly confidentiality: number;
  readonly sensitivity: bigint;
  /** The version's JSON text, for the few consents that ask what is in it; null where deleted. */
  readonly content: string | null;
  /** 0 = the patient has no active consent. */
  readonly consentClass: number;
  readonly residual: readonly string[];
  /** Who is what to the patient at the statement's clock, `kind:Type/id`, e.g. `care-team:Practitioner/x`. */
  readonly ties: readonly string[];
  /** The other patients the row names; each must permit as well. */
  readonly others: readonly PatientFacts[];
}

/** What is known of one of the patients that a row names. */
export type PatientFacts = Pick<
  RowFacts,
  'patient' | 'patientId' | 'consentClass' | 'residual' | 'ties'
>;

/** Appends a value to the statement's parameters and returns its placeholder, e.g. `$7`. */
export type Bind = (value: unknown) => string;

/**
 * One actor's access for one action, compiled for a consent epoch. The store asks it about every
 * row and inserts `releasable` at every table alias; what it says is `@holdfast/consent`'s business.
 */
export interface AccessGate {
  /** `tenant_state.consent_epoch` this gate was compiled for; a statement that sees a newer one is run again. */
  readonly epoch: bigint;
  /** The instant at which a compiled decision stops being valid (a consent starts or ends), in ms since 1970. */
  readonly validUntil: number;
  /** Decides one row that a statement returned, at that statement's own `now()` (ms since 1970). */
  decide(row: RowFacts, nowMs: number): Release;
  /**
   * A boolean SQL expression over `alias`, an alias of table `resource`; true exactly where `decide` releases.
   * May use sub-selects on `patient_state`; unqualified columns are not allowed.
   */
  releasable(alias: string, bind: Bind): string;
  /**
   * Top elements that `decide` may take out of a row of the type, for some row. Nothing is searched,
   * sorted or followed by them, and who may not see all of a resource may not write over it.
   */
  hides(type: ResourceType): readonly string[];
}

export type Release =
  | { readonly kind: 'release' }
  /** Goes out without these top elements. */
  | { readonly kind: 'redact'; readonly elements: readonly string[] }
  | { readonly kind: 'hide' }
  /** The row carries a class this gate does not know yet: refresh and run the statement again. */
  | { readonly kind: 'stale' };

/** Where the store gets the gate of the request at hand. */
export interface GateSource {
  current(): AccessGate;
  /**
   * Loads what is newer than `current()` and compiles for the given instant; called when a
   * statement saw a newer epoch, an unknown class, or a time past `validUntil`.
   * @param nowMs the statement's own clock, ms since 1970
   */
  refresh(nowMs: number): Promise<AccessGate>;
}

/**
 * State derived from a patient's resources inside the write transaction, under the patient's
 * stream lock and after the resources are written: so it commits with them or not at all.
 */
export interface PatientProjection {
  /** Whether a change calls for the projection, e.g. that of a Consent. */
  isDueTo(change: ProjectedChange): boolean;
  /** @param due the changes it is due to, and the patients whose they are or were */
  project(tx: Queryable, tenant: number, due: DueChanges): Promise<void>;
}

/** As much of a change as a projection may derive state from. */
export interface ProjectedChange {
  readonly type: ResourceType;
  readonly id: string;
  /** The version that was current; 0 for a create. */
  readonly expected: number;
  /** null for a delete. */
  readonly content: string | null;
}

export interface DueChanges {
  readonly changes: readonly ProjectedChange[];
  readonly patients: readonly ResourceKey[];
  /** FHIR reference of who writes; absent in a bulk load, where nobody in particular does. */
  readonly writer?: string;
}
