import type { Action, Role } from '../actor.ts';
import type { Relationship } from '../relations/relationship.ts';
import type { TypeName } from './type-groups.ts';

/**
 * What layer 2 has to say once a rule permits:
 * `consents` - the patient's consents and the default decide;
 * `explicit-permit` - a consent must permit, no default will do;
 * `ordinary` - as `consents`, and where none speaks ordinary data is open whatever the purpose;
 * `none` - the rule stands on a right or a duty that consents do not govern. With `relationship` it
 * stands for the one patient's record; other patients named there are asked all the same.
 */
export type PatientLayer = 'consents' | 'explicit-permit' | 'ordinary' | 'none';

export interface OrgRule {
  readonly id: string;
  readonly effect: 'permit' | 'deny';
  readonly roles: readonly Role[];
  readonly actions: readonly Action[];
  /** v3-PurposeOfUse codes; narrower ones are included. */
  readonly purposes: readonly string[];
  readonly types: readonly TypeName[];
  /** One of these the actor must be to the patient in whose record the row lies; undefined: nothing. */
  readonly relationship?: readonly Relationship[];
  readonly patientLayer: PatientLayer;
  /**
   * Top elements that this permit keeps back, `Type.element`, e.g. `Patient.telecom`. An element goes
   * out where some permit that opens the row shows it, for each purpose.
   */
  readonly redact?: readonly string[];
  /** Why, in words for an explanation. */
  readonly because: string;
}

/** Layer 1. Deny overrides; at least one permit is needed. */
export interface OrgPolicy {
  /** Part of every decision's evidence; a changed policy has a new one. */
  readonly version: string;
  readonly rules: readonly OrgRule[];
}
