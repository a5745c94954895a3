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
} as const satisfies FaultCatalogue;

export const consentFault = faults(CONSENT_FAULTS);
