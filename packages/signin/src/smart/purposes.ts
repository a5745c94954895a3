import { purposeWithin, type Role } from '@holdfast/consent';
import { err, ok, type Result } from '@holdfast/kernel';

/** How a token comes about. */
export type Workflow = 'standalone' | 'ehr-launch' | 'backend';

/**
 * What a person of a role may act for (v3-PurposeOfUse), the usual purpose first. A program may act
 * for what its client is bound to, and for nothing else.
 */
const PURPOSES_OF_ROLE: Readonly<Record<Role, readonly string[]>> = {
  clinician: ['TREAT'],
  'care-coordinator': ['TREAT', 'CAREMGT'],
  patient: ['PATRQT'],
  proxy: ['PATRQT'],
  researcher: ['HRESCH'],
  'front-desk': ['HOPERAT'],
  billing: ['HPAYMT'],
  'compliance-officer': ['HCOMPL'],
  operator: ['HSYSADMIN'],
  system: [],
};

/** A launch from an EHR is somebody's work on a record; a program by itself is nobody's own request. */
const BARRED: Readonly<Record<Workflow, readonly string[]>> = {
  standalone: [],
  'ehr-launch': ['HRESCH', 'HSYSADMIN'],
  backend: ['PATRQT', 'ETREAT'],
};

export interface PurposeQuestion {
  readonly workflow: Workflow;
  /** Of who acts: of the person, or of a program the roles its client has. */
  readonly roles: readonly Role[];
  /** What the person is bound to; empty: what their roles are. */
  readonly ofUser: readonly string[];
  /** What the client is bound to; empty: what its users are. */
  readonly ofClient: readonly string[];
  /** `purpose_of_use` as the client sent it; undefined: the usual one. */
  readonly claimed: string | undefined;
}

/**
 * Purposes of use are bound to the client, to the role and to the workflow: whatever is claimed must
 * lie within all three.
 * @returns the purposes of the token; the error is the claim that nothing binds
 */
export function boundPurposes(question: PurposeQuestion): Result<readonly string[], string> {
  const { claimed, ofUser, ofClient, roles, workflow } = question;
  const ofRoles = roles.flatMap((role) => PURPOSES_OF_ROLE[role]);
  const bounds = [
    ...(workflow === 'backend' ? [ofClient] : [ofRoles, ...[ofUser, ofClient].filter(notEmpty)]),
  ];
  const isBound = (purpose: string): boolean =>
    // Emergency access is asked for, confirmed and reviewed; no token claims it.
    !purposeWithin(purpose, 'BTG') &&
    !BARRED[workflow].some((each) => purposeWithin(purpose, each)) &&
    bounds.every((bound) => bound.some((each) => purposeWithin(purpose, each)));
  const wanted = (claimed ?? '').split(/[\s,]+/).filter((word) => word !== '');
  const unbound = wanted.find((purpose) => !isBound(purpose));
  if (unbound !== undefined) return err(unbound);
  if (wanted.length > 0) return ok([...new Set(wanted)].sort());
  const usual = [...ofUser, ...ofClient, ...ofRoles].find(isBound);
  return usual === undefined ? err('none') : ok([usual]);
}

const notEmpty = (list: readonly string[]): boolean => list.length > 0;
