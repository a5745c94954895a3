import { CONFIDENTIALITY } from './labels/confidentiality.ts';
import { FEDERAL_LAW, type LawRule } from './law/law-table.ts';
import type { OrgPolicy } from './org/access-policy.ts';
import { STARTER_POLICY } from './org/starter-policy.ts';
import { purposeWithin, purposeWithinAny } from './purposes/purpose-of-use.ts';

/**
 * What applies where no active consent speaks:
 * `basic-normal` - treatment, payment, operations for data up to N without sensitivity labels;
 * `all-normal` - the same data for any purpose the organisation allows;
 * `break-glass-only` and `deny` - nothing; the first lets emergency access through.
 */
export type DefaultPolicy = 'basic-normal' | 'all-normal' | 'break-glass-only' | 'deny';

export interface PolicyDomain {
  readonly default: DefaultPolicy;
  /** A7: a deny of confidentiality c reaches `c and above`, or exactly c. */
  readonly confidentialityDeny: 'and-above' | 'exact';
  /** Sensitivity codes that emergency access does not open, besides those the law keeps closed. */
  readonly firm: readonly string[];
}

/** Everything beside the consents that decides: versioned, shared by all processes of a tenant. */
export interface Rulebook {
  readonly law: readonly LawRule[];
  readonly domain: PolicyDomain;
  readonly policy: OrgPolicy;
}

export const STARTER_RULEBOOK: Rulebook = {
  law: FEDERAL_LAW,
  domain: { default: 'basic-normal', confidentialityDeny: 'and-above', firm: [] },
  policy: STARTER_POLICY,
};

/** The highest confidentiality that a default ever releases. */
export const DEFAULT_CEILING = CONFIDENTIALITY.N;

/** Does the default speak for this purpose? */
export function defaultCovers(policy: DefaultPolicy, purpose: string): boolean {
  if (policy === 'basic-normal') return purposeWithinAny(purpose, ['TREAT', 'HPAYMT', 'HOPERAT']);
  return policy === 'all-normal';
}

/** The purpose an emergency makes of treatment. */
export const emergencyOf = (purpose: string): string =>
  isEmergencyPurpose(purpose) ? purpose : 'ETREAT';

/** Layer 3 opens for these purposes only, and never where the domain's default is a plain deny. */
export const isEmergencyPurpose = (purpose: string): boolean => purposeWithin(purpose, 'ETREAT');
