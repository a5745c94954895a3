import { type FaultCatalogue, faults } from '@holdfast/kernel';

export const CONSENT_FAULTS = {
  CONSENT_BEYOND_LIMITS: {
    status: 422,
    issue: 'too-costly',
    text: 'A consent is larger or nested deeper than this server enforces.',
    mend: 'Split the consent, or state its provisions with fewer levels (8) and nodes (512).',
  },
  CONSENT_PATIENT_UNKNOWN: {
    status: 422,
    issue: 'not-found',
    text: 'A consent names a patient that this server does not hold.',
    mend: 'Create the patient first, or in the same transaction.',
  },
  CONSENT_RELATIONS_BEYOND_LIMITS: {
    status: 422,
    issue: 'too-costly',
    text: 'A resource ties more people to a patient than this server keeps track of.',
    mend: 'Name at most 500, or name the organisation or the team they belong to.',
  },
  CONSENT_GLASS_UNKNOWN: {
    status: 404,
    issue: 'not-found',
    text: 'There is no such emergency access.',
    mend: 'GET /consent/break-glass lists those that concern you.',
  },
  CONSENT_GLASS_NOT_OPEN: {
    status: 409,
    issue: 'conflict',
    text: 'This emergency access cannot be changed like that any more, or not by you.',
    mend: 'Ask anew where it was not confirmed in time or is over; nobody reviews their own access.',
  },
  CONSENT_POLICY_UNKNOWN: {
    status: 404,
    issue: 'not-found',
    text: 'There is no access policy of this version.',
    mend: 'GET /consent/policies lists the versions.',
  },
  CONSENT_UNSETTLED: {
    status: 503,
    issue: 'transient',
    text: 'Consents changed faster than the question could be decided.',
    mend: 'Ask again after the time in Retry-After.',
    retryable: true,
  },
} as const satisfies FaultCatalogue;

export const consentFault = faults(CONSENT_FAULTS);
