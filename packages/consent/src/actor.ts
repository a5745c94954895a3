import type { PatientId, TenantId } from '@holdfast/kernel';
import type { SmartScope } from './scopes/smart-scopes.ts';

/** What an actor may be in a request; the organisation's access policy speaks of these. */
export const ROLES = [
  'clinician',
  'care-coordinator',
  'patient',
  'proxy',
  'researcher',
  'front-desk',
  'billing',
  'compliance-officer',
  'operator',
  'system',
] as const;

export type Role = (typeof ROLES)[number];

const ROLE_NAMES: ReadonlySet<string> = new Set(ROLES);

export const isRole = (name: string): name is Role => ROLE_NAMES.has(name);

/**
 * What is done with the data. `infer` is decision support reading its inputs, `disclose` hands
 * data to another party, `export` takes it out in bulk.
 */
export const ACTIONS = ['read', 'write', 'disclose', 'infer', 'export'] as const;

export type Action = (typeof ACTIONS)[number];

/** Who asks, as sign-in established it. Compared by value of its lists, never changed. */
export interface Actor {
  readonly tenant: TenantId;
  /** FHIR reference of the principal, e.g. `Practitioner/x` or `Device/y`. */
  readonly principal: string;
  /** A17: references the actor stands for: itself, organisations up the tree, care teams, groups. */
  readonly closure: readonly string[];
  readonly roles: readonly Role[];
  /** v3-PurposeOfUse codes, or `system|code` for another system. Each is decided, all must permit (A16). */
  readonly purposes: readonly string[];
  /** SMART resource scopes of the token: they narrow all else. Undefined: it says nothing about resources. */
  readonly scopes?: readonly SmartScope[];
  /** The one record a patient or a proxy acts on. */
  readonly patientId?: PatientId;
  /** Emergency access was declared and the principal holds the privilege. */
  readonly emergency: boolean;
  readonly tokenId: string;
}
