import type { Action, Role } from '../actor.ts';
import { sensitivityClosure, UNKNOWN_SENSITIVITY } from '../labels/sensitivity-dictionary.ts';
import type { TypeName } from '../org/type-groups.ts';
import { BEYOND_EMERGENCY } from './guards.ts';

/**
 * Layer 0: what the law demands or forbids whatever organisation and patient say. Deny before
 * permit. A row that is not labelled yet is demanded by no permit and reached by every deny.
 */
export interface LawRule {
  readonly id: string;
  readonly effect: 'permit' | 'deny';
  readonly roles: readonly Role[];
  readonly actions: readonly Action[];
  /** v3-PurposeOfUse codes; narrower ones are included. */
  readonly purposes: readonly string[];
  readonly types: readonly TypeName[];
  /** Labels, as bits: a deny reaches rows with one of them (0: all rows), a permit none of them. */
  readonly labels: bigint;
  /** Why, with its source, in words for an explanation. */
  readonly because: string;
}

/** United States, federal. */
export const FEDERAL_LAW: readonly LawRule[] = [
  {
    id: 'public-health-report',
    effect: 'permit',
    roles: ['clinician', 'compliance-officer', 'system'],
    actions: ['disclose'],
    purposes: ['PUBHLTH'],
    types: ['clinical', 'demographics'],
    labels: sensitivityClosure('42CFRPart2') | BEYOND_EMERGENCY | UNKNOWN_SENSITIVITY,
    because: 'reporting to public health authorities is required by law (45 CFR 164.512(a), (b))',
  },
  {
    id: 'research-proceedings',
    effect: 'deny',
    roles: ['researcher'],
    actions: ['read', 'disclose', 'infer', 'export'],
    purposes: ['HLEGAL'],
    types: ['clinical', 'coordination', 'patient-reported', 'demographics'],
    labels: 0n,
    because: 'research data is not disclosed in proceedings (42 U.S.C. 241(d))',
  },
];
