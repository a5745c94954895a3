import { ACTIONS, ROLES, type Role } from '../actor.ts';
import { TREATING } from '../relations/relationship.ts';
import type { OrgPolicy, OrgRule } from './access-policy.ts';
import { PATIENT_GROUPS, type TypeGroup } from './type-groups.ts';

const CARE: readonly TypeGroup[] = [
  'clinical',
  'coordination',
  'patient-reported',
  'demographics',
  'scheduling',
  'consent',
  'provenance',
];

// Listed one by one: "everyone" in a policy should be readable as a decision.
const EVERY_ROLE: readonly Role[] = ROLES;
const EVERY_PURPOSE = ['TREAT', 'HPAYMT', 'HOPERAT', 'HRESCH', 'PATRQT', 'PUBHLTH'];

const CARE_RULES: readonly OrgRule[] = [
  {
    id: 'care-read',
    effect: 'permit',
    roles: ['clinician', 'care-coordinator'],
    actions: ['read'],
    purposes: ['TREAT', 'HOPERAT'],
    types: CARE,
    relationship: TREATING,
    patientLayer: 'consents',
    because: 'those who treat a patient or coordinate their care read the record',
  },
  {
    id: 'clinician-write',
    effect: 'permit',
    roles: ['clinician'],
    actions: ['write', 'disclose', 'infer'],
    purposes: ['TREAT'],
    types: ['clinical', 'coordination', 'patient-reported', 'demographics', 'scheduling'],
    relationship: TREATING,
    patientLayer: 'consents',
    because: 'clinicians keep the record, refer, and ask for decision support',
  },
  {
    id: 'coordinator-write',
    effect: 'permit',
    roles: ['care-coordinator'],
    actions: ['write'],
    purposes: ['TREAT', 'HOPERAT'],
    types: ['coordination', 'scheduling'],
    relationship: TREATING,
    patientLayer: 'consents',
    because: 'care coordinators keep plans, teams, tasks and appointments',
  },
  {
    id: 'decision-support',
    effect: 'permit',
    roles: ['system'],
    actions: ['infer', 'write'],
    purposes: ['TREAT'],
    types: ['clinical', 'coordination', 'patient-reported', 'demographics', 'provenance'],
    patientLayer: 'consents',
    because: 'decision support reads its inputs and records its results for treatment',
  },
];

const OFFICE_RULES: readonly OrgRule[] = [
  {
    id: 'front-desk',
    effect: 'permit',
    roles: ['front-desk'],
    actions: ['read', 'write'],
    purposes: ['HOPERAT', 'HPAYMT', 'TREAT'],
    types: ['demographics', 'scheduling'],
    patientLayer: 'consents',
    because: 'the front desk registers and schedules',
  },
  {
    id: 'record-consent',
    effect: 'permit',
    roles: ['front-desk'],
    actions: ['write'],
    purposes: ['HOPERAT'],
    types: ['consent'],
    patientLayer: 'none',
    because: 'recording or revoking a consent cannot depend on the consents it replaces',
  },
  {
    id: 'record-consent-in-care',
    effect: 'permit',
    roles: ['care-coordinator', 'clinician'],
    actions: ['write'],
    purposes: ['HOPERAT', 'TREAT'],
    types: ['consent'],
    relationship: TREATING,
    patientLayer: 'consents',
    because: 'those who care record consents too, but nobody lifts the consent that keeps them out',
  },
  {
    id: 'front-desk-consent',
    effect: 'permit',
    roles: ['front-desk'],
    actions: ['read'],
    purposes: ['HOPERAT'],
    types: ['consent'],
    patientLayer: 'none',
    because: 'whoever records consents sees those on file',
  },
  {
    id: 'billing',
    effect: 'permit',
    roles: ['billing'],
    actions: ['read', 'write', 'disclose'],
    purposes: ['HPAYMT'],
    types: ['financial', 'demographics'],
    patientLayer: 'consents',
    because: 'billing needs coverage, claims and who they are for, and no more',
  },
];

const FEED_RULES: readonly OrgRule[] = [
  {
    id: 'record-feed',
    effect: 'permit',
    roles: ['system'],
    actions: ['write'],
    purposes: ['RECORDMGT'],
    types: [...PATIENT_GROUPS, 'directory', 'definitions'],
    patientLayer: 'none',
    because: 'systems of record deliver what they hold; who may see it is decided when it is read',
  },
];

const PATIENT_RULES: readonly OrgRule[] = [
  {
    id: 'right-of-access',
    effect: 'permit',
    roles: ['patient'],
    actions: ['read', 'export', 'disclose'],
    purposes: ['PATRQT'],
    types: [...PATIENT_GROUPS, 'audit'],
    relationship: ['self'],
    patientLayer: 'none',
    because: 'people read, take and pass on their own record (45 CFR 164.524)',
  },
  {
    id: 'own-decisions',
    effect: 'permit',
    roles: ['patient'],
    actions: ['write'],
    purposes: ['PATRQT'],
    types: ['consent', 'patient-reported'],
    relationship: ['self'],
    patientLayer: 'none',
    because: 'people state and revoke their consents and report how they are',
  },
  {
    id: 'proxy',
    effect: 'permit',
    roles: ['proxy'],
    actions: ['read'],
    purposes: ['PATRQT'],
    types: PATIENT_GROUPS,
    relationship: ['proxy'],
    patientLayer: 'explicit-permit',
    because: 'a proxy reads what a consent of the patient opens to it, as itself',
  },
  {
    id: 'guardian',
    effect: 'permit',
    roles: ['proxy'],
    actions: ['read'],
    purposes: ['PATRQT'],
    types: PATIENT_GROUPS,
    relationship: ['guardian'],
    patientLayer: 'ordinary',
    because:
      'who stands for a minor reads ordinary data; what a minor may consent to alone needs their consent (45 CFR 164.502(g)(3))',
  },
  {
    id: 'proxy-report',
    effect: 'permit',
    roles: ['proxy'],
    actions: ['write'],
    purposes: ['PATRQT'],
    types: ['patient-reported'],
    relationship: ['proxy'],
    patientLayer: 'explicit-permit',
    because: 'a proxy reports on behalf of the patient where a consent says so',
  },
];

const SPECIAL_RULES: readonly OrgRule[] = [
  {
    id: 'research',
    effect: 'permit',
    roles: ['researcher'],
    actions: ['read', 'infer', 'export'],
    purposes: ['HRESCH'],
    types: ['clinical', 'coordination', 'patient-reported', 'demographics'],
    patientLayer: 'explicit-permit',
    because: 'research needs a consent that permits it',
  },
  {
    id: 'audit-review',
    effect: 'permit',
    roles: ['compliance-officer'],
    actions: ['read', 'export'],
    purposes: ['HOPERAT'],
    types: ['audit'],
    patientLayer: 'none',
    because: 'reviewing who saw what is a legal duty (45 CFR 164.308(a)(1)(ii)(D))',
  },
  {
    id: 'audit-review-only',
    effect: 'deny',
    roles: ['compliance-officer'],
    actions: ACTIONS,
    purposes: EVERY_PURPOSE,
    types: PATIENT_GROUPS,
    patientLayer: 'none',
    because: 'whoever reviews accesses holds none while reviewing, whatever other role is theirs',
  },
  {
    id: 'directory',
    effect: 'permit',
    roles: EVERY_ROLE,
    actions: ['read'],
    purposes: EVERY_PURPOSE,
    types: ['directory', 'definitions'],
    patientLayer: 'consents',
    because: 'directories and definitions name no patient',
  },
  {
    id: 'subscribe',
    effect: 'permit',
    roles: ['clinician', 'care-coordinator', 'patient', 'system'],
    actions: ['write'],
    purposes: ['TREAT', 'HOPERAT', 'PATRQT'],
    types: ['subscriptions'],
    patientLayer: 'none',
    because:
      'a subscription asks for news; what it is told is decided for its subscriber each time',
  },
  {
    id: 'operate',
    effect: 'permit',
    roles: ['operator'],
    actions: ['write', 'export'],
    purposes: ['HOPERAT'],
    types: ['directory', 'definitions'],
    patientLayer: 'consents',
    because: 'operators keep directories and definitions, and see no patient data',
  },
];

/** The access policy a new tenant starts with: a versioned table, to be replaced as a whole. */
export const STARTER_POLICY: OrgPolicy = {
  version: 'starter-2026-11-2',
  rules: [...CARE_RULES, ...OFFICE_RULES, ...FEED_RULES, ...PATIENT_RULES, ...SPECIAL_RULES],
};
