import { type Coding, dicom, lifecycle, ownInteraction, REST, restInteraction } from './codes.ts';

/** The BALP pattern an interaction falls under; each has its own roles of client and server. */
export type BalpPattern = 'Create' | 'Read' | 'Update' | 'Delete' | 'Query';

/** How an interaction is coded in `AuditEvent.type` and `.subtype`. */
export interface InteractionKind {
  readonly type: Coding;
  readonly subtype: readonly Coding[];
  /** Absent where IHE BALP 1.1 has no pattern for it. */
  readonly pattern?: BalpPattern;
}

const PATTERNS: Readonly<Record<string, BalpPattern>> = {
  create: 'Create',
  read: 'Read',
  vread: 'Read',
  update: 'Update',
  patch: 'Update',
  delete: 'Delete',
  'search-type': 'Query',
  'search-system': 'Query',
};

/** FHIR interactions that BALP has no pattern for. */
const OTHER_REST: ReadonlySet<string> = new Set([
  'history-instance',
  'history-type',
  'history-system',
  'transaction',
  'batch',
  'operation',
]);

/** Of a batch, the methods of refused entries. */
const METHODS: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
  GET: 'read',
};

const APPLICATION_ACTIVITY = dicom('110100');
const AUDIT_LOG_USED = dicom('110101');
const EXPORT = dicom('110106');
const PATIENT_RECORD = dicom('110110');
const IMPORT = dicom('110107');
const QUERY = dicom('110112');
const SECURITY_ALERT = dicom('110113');
const USER_AUTHENTICATION = dicom('110114');
const SECURITY_CONFIGURATION = dicom('110129');

/** What is no FHIR interaction: type, and subtypes before our own. */
const OWN: Readonly<Record<string, readonly [Coding, ...Coding[]]>> = {
  'read-accesses': [AUDIT_LOG_USED],
  'read-log': [AUDIT_LOG_USED],
  accounting: [AUDIT_LOG_USED],
  'evidence-pack': [AUDIT_LOG_USED],
  'break-glass-ask': [SECURITY_ALERT],
  // HL7's example of a broken glass: Emergency Override Started, and Stopped.
  'break-glass-confirm': [SECURITY_ALERT, dicom('110127')],
  'break-glass-end': [SECURITY_ALERT, dicom('110128')],
  'break-glass-review': [SECURITY_ALERT],
  explain: [QUERY],
  decide: [QUERY],
  'what-if': [QUERY],
  diff: [QUERY],
  notification: [EXPORT],
  disclose: [EXPORT, lifecycle('disclose')],
  'identity-reviews': [QUERY],
  'identity-verdict': [PATIENT_RECORD],
  populate: [IMPORT],
  'erase-bodies': [lifecycle('destroy')],
  'place-hold': [lifecycle('hold')],
  'release-hold': [lifecycle('unhold')],
  'set-retention': [SECURITY_ALERT, SECURITY_CONFIGURATION],
  'store-policy': [SECURITY_ALERT, SECURITY_CONFIGURATION],
  'activate-policy': [SECURITY_ALERT, SECURITY_CONFIGURATION],
  'load-label-sets': [SECURITY_ALERT, SECURITY_CONFIGURATION],
  authorize: [USER_AUTHENTICATION],
  token: [USER_AUTHENTICATION],
  launch: [USER_AUTHENTICATION],
  'sign-in': [USER_AUTHENTICATION, dicom('110122')],
  'sign-out': [USER_AUTHENTICATION, dicom('110123')],
};

const rest = (code: string): InteractionKind => {
  const pattern = PATTERNS[code];
  const subtype = [restInteraction(code)];
  return { type: REST, subtype, ...(pattern !== undefined && { pattern }) };
};

/** Codes of an interaction as leaves name it; what nobody listed is an activity of the application. */
export function interactionKind(interaction: string): InteractionKind {
  const method = METHODS[interaction];
  if (method !== undefined) return rest(method);
  if (PATTERNS[interaction] !== undefined || OTHER_REST.has(interaction)) return rest(interaction);
  if (interaction.startsWith('operation-')) {
    const subtype = [restInteraction('operation'), ownInteraction(interaction)];
    return { type: REST, subtype };
  }
  const [type, ...subtype] = OWN[interaction] ?? [APPLICATION_ACTIVITY];
  return { type, subtype: [...subtype, ownInteraction(interaction)] };
}
