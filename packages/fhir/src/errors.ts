import { type FaultCatalogue, faults } from '@holdfast/kernel';

/** This package's rows of the error catalogue: what is thrown, not what is returned as issues. */
export const FHIR_FAULTS = {
  FHIR_DEFINITIONS_MISSING: {
    status: 500,
    issue: 'exception',
    text: 'The compacted FHIR definitions are missing or unreadable.',
    mend: 'Run `node packages/fhir/build/compact-definitions.mjs` (part of `npm run build`).',
  },
} as const satisfies FaultCatalogue;

export const fhirFault = faults(FHIR_FAULTS);
