import { type FaultCatalogue, faults } from '@holdfast/kernel';

export const STORE_FAULTS = {
  STORE_NOT_FOUND: {
    status: 404,
    issue: 'not-found',
    text: 'There is no such resource here, or it may not be seen with this token.',
    mend: 'Check the type and the id.',
  },
  STORE_VERSION_CONFLICT: {
    status: 412,
    issue: 'conflict',
    text: 'The resource was changed by someone else: If-Match names an older version.',
    mend: 'Read the current version, apply the change to it, and send its version in If-Match.',
  },
  STORE_CONTENTION: {
    status: 409,
    issue: 'conflict',
    text: 'The resource kept changing while this request was carried out; nothing was written.',
    mend: 'Send the request again.',
    retryable: true,
  },
  STORE_ID_IN_USE: {
    status: 409,
    issue: 'duplicate',
    text: 'A resource with this type and id exists already; nothing was written.',
    mend: 'Update it with PUT, or let the server assign an id with POST.',
  },
  STORE_REFERENCE_MISSING: {
    status: 422,
    issue: 'not-found',
    text: 'The resource refers to another one that does not exist here; nothing was written.',
    mend: 'Create the referenced resource first, put both into one transaction, or correct the reference.',
  },
  STORE_SEARCH_UNSUPPORTED: {
    status: 400,
    issue: 'not-supported',
    text: 'This search cannot be answered by this server.',
    mend: 'See the CapabilityStatement at [base]/metadata for the parameters of each type.',
  },
  STORE_CURSOR_INVALID: {
    status: 400,
    issue: 'invalid',
    text: 'The page cursor is not one of this server for this search.',
    mend: 'Follow the "next" link of a Bundle as it is, or start again without _cursor.',
  },
  STORE_CONSENT_UNSETTLED: {
    status: 503,
    issue: 'transient',
    text: 'Consents kept changing while this request was answered, so nothing was released.',
    mend: 'Send the request again.',
    retryable: true,
  },
} as const satisfies FaultCatalogue;

export const storeFault = faults(STORE_FAULTS);
