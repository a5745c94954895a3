import {
  AccountingAnswer,
  ReportDisclosureRequest,
  ReportedDisclosureAnswer,
} from './accounting.ts';
import { EvidencePackAnswer, PackKind } from './evidence-pack.ts';
import { FhirId, Instant } from './primitives.ts';

const OFFICERS = ['compliance-officer'] as const;

/** Whom and when a report is about. */
const OF_PATIENT = {
  patient: { in: 'query', required: true, description: 'Id of the patient', schema: FhirId },
  from: {
    in: 'query',
    required: false,
    description: 'Defaults to six years before `until`',
    schema: Instant,
  },
  until: { in: 'query', required: false, description: 'Defaults to now', schema: Instant },
} as const;

/** What was disclosed about a patient. */
export const ACCOUNTING_ENDPOINTS = {
  readAccounting: {
    method: 'GET',
    path: '/compliance/accounting',
    summary: 'Accounting of disclosures of one patient’s record (45 CFR 164.528)',
    description:
      'For compliance officers, and patients about themselves. Treatment, payment, operations and ' +
      'what else the rule excludes are left out and counted. The read is recorded.',
    auth: 'bearer',
    roles: ['compliance-officer', 'patient'],
    parameters: OF_PATIENT,
    answer: {
      description: 'The accounting',
      contentType: 'application/json',
      schema: AccountingAnswer,
    },
    refusals: [400, 409],
  },
  readPack: {
    method: 'GET',
    path: '/compliance/packs/{kind}',
    summary: 'An answer about one patient with what proves it, to be checked without the platform',
    description:
      'For compliance officers. Holds every entry of the log about the patient, decrypted, with a ' +
      'receipt each and the proof that there are no others. Entries say what was searched for, which ' +
      'may name other people: look before handing it on. Recorded.',
    auth: 'bearer',
    roles: OFFICERS,
    parameters: {
      kind: { in: 'path', required: true, description: 'What is asked', schema: PackKind },
      ...OF_PATIENT,
    },
    answer: {
      description: 'The pack',
      contentType: 'application/json',
      schema: EvidencePackAnswer,
    },
    refusals: [400, 409],
  },
  reportDisclosure: {
    method: 'POST',
    path: '/compliance/disclosures',
    summary: 'Record a disclosure that was made outside of this platform',
    description: 'It stands in the audit log, encrypted under the patient’s key.',
    auth: 'bearer',
    roles: OFFICERS,
    body: ReportDisclosureRequest,
    answer: {
      description: 'It is on record',
      contentType: 'application/json',
      schema: ReportedDisclosureAnswer,
    },
    refusals: [400],
  },
} as const;
