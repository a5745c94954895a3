import { DecideAnswer, DecideRequest, ExplainRequest, Explanation } from './consent-explanation.ts';
import {
  AccessPolicy,
  ActivatePolicyRequest,
  PolicyInForce,
  PolicyList,
  StoredPolicyAnswer,
} from './consent-policies.ts';
import { PolicyDiffRequest, WhatIfAnswer, WhatIfRequest } from './consent-what-if.ts';
import { LabellingStatus, LabelSets, LabelSetsAnswer } from './label-sets.ts';

/** Who writes and activates access policies. */
const POLICY_KEEPERS = ['compliance-officer'] as const;

/** Decisions without the data they are about, and what they go by. */
export const CONSENT_ENDPOINTS = {
  explainConsent: {
    method: 'POST',
    path: '/consent/explain',
    summary: 'May this be done, and why (not)? Decided on the current consents, and audited',
    description: [
      'Compliance officers, and patients about their own record, get the whole tree of reasons;',
      'others learn what the policy says and whether the patient layer permits. `actor` is for',
      'compliance officers and systems; others get 403, as for a purpose the token lacks.',
    ].join(' '),
    auth: 'bearer',
    body: ExplainRequest,
    answer: { description: 'Explanation', contentType: 'application/json', schema: Explanation },
    refusals: [400],
  },
  decideConsent: {
    method: 'POST',
    path: '/consent/decide',
    summary: 'Up to 1,000 questions about access, decided in one snapshot, and audited',
    description: '`actor` is for compliance officers and systems; others get 403.',
    auth: 'bearer',
    body: DecideRequest,
    answer: { description: 'Verdicts', contentType: 'application/json', schema: DecideAnswer },
    refusals: [400],
  },
  listPolicies: {
    method: 'GET',
    path: '/consent/policies',
    summary: 'The access policies of the organisation, newest first',
    description:
      'Stored ones only: until one is activated, the shipped starter policy is in force, which ' +
      '`GET /consent/policies/active` shows.',
    auth: 'bearer',
    roles: POLICY_KEEPERS,
    answer: { description: 'Policies', contentType: 'application/json', schema: PolicyList },
  },
  readActivePolicy: {
    method: 'GET',
    path: '/consent/policies/active',
    summary: 'The access policy in force, whole; the starter policy is version 0',
    auth: 'bearer',
    roles: POLICY_KEEPERS,
    answer: { description: 'The policy', contentType: 'application/json', schema: PolicyInForce },
  },
  storePolicy: {
    method: 'POST',
    path: '/consent/policies',
    summary: 'Check an access policy and store it as the next version; it takes no effect yet',
    description: '422 with the same body where the document has errors: nothing is stored then.',
    auth: 'bearer',
    roles: POLICY_KEEPERS,
    body: AccessPolicy,
    answer: {
      description: 'Its version, and what its author may not have meant',
      contentType: 'application/json',
      schema: StoredPolicyAnswer,
      also: [422],
    },
    refusals: [400],
  },
  activatePolicy: {
    method: 'POST',
    path: '/consent/policies/active',
    summary: 'Put a stored version in force from the next statement on; an older one rolls back',
    auth: 'bearer',
    roles: POLICY_KEEPERS,
    body: ActivatePolicyRequest,
    answer: { description: 'Policies', contentType: 'application/json', schema: PolicyList },
    refusals: [400, 404],
  },
  whatIf: {
    method: 'POST',
    path: '/consent/what-if',
    summary: 'Who would gain and who would lose what, were a draft in force; nothing changes',
    description:
      'A draft policy is held against all patients on file, class by class; a draft Consent against ' +
      'those of its patient. 422 with the same body where the draft has errors.',
    auth: 'bearer',
    roles: POLICY_KEEPERS,
    body: WhatIfRequest,
    answer: {
      description: 'Changes, the most patients first',
      contentType: 'application/json',
      schema: WhatIfAnswer,
      also: [422],
    },
    refusals: [400, 404],
  },
  diffPolicies: {
    method: 'POST',
    path: '/consent/diff',
    summary: 'Who gains and who loses what from one stored policy to another',
    auth: 'bearer',
    roles: POLICY_KEEPERS,
    body: PolicyDiffRequest,
    answer: { description: 'Changes', contentType: 'application/json', schema: WhatIfAnswer },
    refusals: [400, 404],
  },
  readLabelling: {
    method: 'GET',
    path: '/consent/labels',
    summary: 'The label sets in force, and how far the stored data is labelled by them',
    auth: 'bearer',
    roles: POLICY_KEEPERS,
    answer: { description: 'Status', contentType: 'application/json', schema: LabellingStatus },
  },
  loadLabelSets: {
    method: 'POST',
    path: '/consent/labels',
    summary: 'Put an organisation’s own label sets in force, in place of those before',
    description:
      'They hold for all that is written from now on; stored data is labelled again in the ' +
      'background. 422 with the same body where the document has errors: nothing is loaded then.',
    auth: 'bearer',
    roles: POLICY_KEEPERS,
    body: LabelSets,
    answer: {
      description: 'The number of the sets',
      contentType: 'application/json',
      schema: LabelSetsAnswer,
      also: [422],
    },
    refusals: [400],
  },
  relabel: {
    method: 'POST',
    path: '/consent/labels/relabel',
    summary: 'Label all stored data again by the sets in force, in the background',
    auth: 'bearer',
    roles: POLICY_KEEPERS,
    answer: { description: 'Status', contentType: 'application/json', schema: LabellingStatus },
  },
} as const;
