import { Fault, type FaultCatalogue, faults } from '@holdfast/kernel';
import type { RowFacts } from './access-gate.ts';

export const STORE_FAULTS = {
  STORE_NOT_FOUND: {
    status: 404,
    issue: 'not-found',
    text: 'There is no such resource here, or it may not be seen with this token.',
    mend: 'Check the type and the id.',
  },
  STORE_FORBIDDEN: {
    status: 403,
    issue: 'forbidden',
    text: 'The roles and purposes in this token do not allow writing this type of resource.',
    mend: 'Sign in with a role or purpose of use that does.',
  },
  STORE_ELEMENTS_HIDDEN: {
    status: 403,
    issue: 'forbidden',
    text: 'The access policy hides elements of such resources from this token; what reads or replaces them is refused.',
    mend: 'Leave out the parameters named, or sign in with a role or purpose that sees the whole resource.',
  },
  STORE_GONE: {
    status: 410,
    issue: 'deleted',
    text: 'The resource was deleted.',
    mend: 'Its earlier versions are at [address]/_history; PUT brings it back.',
  },
  STORE_VERSION_CONFLICT: {
    status: 412,
    issue: 'conflict',
    text: 'If-Match does not name the current version of the resource; nothing was written.',
    mend: 'Read the current version, apply the change to it, and send its ETag in If-Match.',
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
  STORE_ALREADY_THERE: {
    status: 412,
    issue: 'conflict',
    text: 'There is a resource with this id already, and If-None-Match: * asked for none.',
    mend: 'Read it, and update it with its version in If-Match.',
  },
  STORE_BULK_IN_USE: {
    status: 409,
    issue: 'conflict',
    text: 'A server or another load uses this store; nothing was loaded.',
    mend: 'Stop it, then load again.',
  },
  STORE_BULK_NOT_EMPTY: {
    status: 409,
    issue: 'conflict',
    text: 'A bulk load needs an empty store, and this one holds resources; nothing was loaded.',
    mend: 'Name an empty database, or write over the API.',
  },
  STORE_BULK_UNFINISHED: {
    status: 409,
    issue: 'conflict',
    text: 'Another bulk load of this store was stopped before its end; nothing was loaded.',
    mend: 'Run that one again to its end, as below, or begin with an empty database.',
  },
  STORE_CONDITION_AMBIGUOUS: {
    status: 412,
    issue: 'multiple-matches',
    text: 'More than one resource matches the condition; nothing was written.',
    mend: 'Narrow the criteria, e.g. to a business identifier, or write by id.',
  },
  STORE_CONDITION_ID_MISMATCH: {
    status: 400,
    issue: 'invalid',
    text: 'The resource that matches the condition has another id than the one sent.',
    mend: 'Leave the id out, or send the id of the resource that matches.',
  },
  STORE_TARGET_TWICE: {
    status: 400,
    issue: 'duplicate',
    text: 'Two entries of the transaction change the same resource; nothing was written.',
    mend: 'Keep one of the entries, or send them one after the other.',
  },
  STORE_REFERENCE_UNRESOLVED: {
    status: 412,
    issue: 'not-found',
    text: 'A reference by search does not lead to exactly one resource; nothing was written.',
    mend: 'Narrow its criteria, or refer to the resource as Type/id.',
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

/** Runs a step for one intent; a refusal that names no element names where the intent stands. */
export function naming<Value>(at: string | undefined, step: () => Value): Value {
  try {
    return step();
  } catch (error) {
    if (at === undefined || !(error instanceof Fault)) throw error;
    if (error.detail.expression !== undefined) throw error;
    throw new Fault(error.code, error.row, { ...error.detail, expression: [at] });
  }
}

/** Private cause of a refusal that answers "not there": whose data was withheld, for the audit. */
export class Withheld extends Error {
  override readonly name = 'Withheld';
  readonly facts: RowFacts;

  constructor(facts: RowFacts) {
    super('withheld');
    this.facts = { ...facts, content: null };
  }
}
