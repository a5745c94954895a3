import { type FaultCatalogue, faults } from '@holdfast/kernel';

export const COMPLIANCE_FAULTS = {
  COMPLIANCE_NO_RETENTION_RULE: {
    status: 409,
    issue: 'business-rule',
    text: 'No retention rule says how long audit records are kept, so nothing may be destroyed.',
    mend: 'Set one: holdfast compliance retention set audit --days 2190 --authority "45 CFR 164.316(b)(2)".',
  },
  COMPLIANCE_ERASURE_OPEN: {
    status: 409,
    issue: 'conflict',
    text: 'An erasure of this patient is under way.',
    mend: 'See its state: holdfast compliance erasures.',
  },
  COMPLIANCE_NO_SUCH_HOLD: {
    status: 404,
    issue: 'not-found',
    text: 'There is no legal hold of this id that stands.',
    mend: 'List them: holdfast compliance hold list.',
  },
  COMPLIANCE_TOO_MANY_HOLDS: {
    status: 409,
    issue: 'too-costly',
    text: 'More legal holds stand than an erasure can look at (10,000).',
    mend: 'Release those whose matter is closed.',
  },
  COMPLIANCE_TOO_MANY_RECORDS: {
    status: 409,
    issue: 'too-costly',
    text: 'There are more records about this patient than one report takes (10,000).',
    mend: 'Read them page by page: GET /fhir/R4/AuditEvent?patient=ID.',
  },
  COMPLIANCE_RECORD_ALTERED: {
    status: 500,
    issue: 'exception',
    text: 'A stored audit record is not as it was written.',
    mend: 'Run holdfast ledger verify and keep the database as it is: this is evidence.',
  },
} as const satisfies FaultCatalogue;

export const fault = faults(COMPLIANCE_FAULTS);
