import { Fault, type FaultCatalogue, faults } from '@holdfast/kernel';

export const LEDGER_FAULTS = {
  LED_QUEUE_FULL: {
    status: 503,
    issue: 'throttled',
    text: 'More accesses wait to be recorded than the audit log can take.',
    mend: 'Repeat the request after the stated time.',
    retryable: true,
  },
  LED_NOT_RECORDED: {
    status: 503,
    issue: 'transient',
    text: 'The access could not be recorded, so nothing is disclosed.',
    mend: 'Repeat the request; the audit log needs its database.',
    retryable: true,
  },
  LED_LEAF_TOO_LARGE: {
    status: 413,
    issue: 'too-long',
    text: 'The access names more purposes than one audit record holds.',
    mend: 'Split the request.',
  },
  LED_NO_SUCH_ENTRY: {
    status: 404,
    issue: 'not-found',
    text: 'The audit log has no such entry.',
    mend: 'Check the id of the entry and the tenant.',
  },
  LED_NO_SUCH_TILE: {
    status: 404,
    issue: 'not-found',
    text: 'The audit log has no such tile, or no signed checkpoint covers it yet.',
    mend: 'Ask for the tiles of the size that the newest checkpoint states.',
  },
  LED_NOT_YET_PROVABLE: {
    status: 503,
    issue: 'incomplete',
    text: 'The entry is recorded, but no signed checkpoint covers it yet.',
    mend: 'Repeat the request in a few seconds.',
    retryable: true,
  },
  LED_ALTERED: {
    status: 500,
    issue: 'exception',
    text: 'The stored audit log contradicts its signed checkpoint.',
    mend: 'Run the verification and keep the database as it is: this is evidence.',
  },
  LED_KEYS_FOREIGN: {
    status: 500,
    issue: 'exception',
    text: 'The stored audit log was signed with keys that are not in the data directory.',
    mend: 'Start with the data directory whose keys signed this log, or restore its keys folder.',
  },
  LED_KEYS_UNREADABLE: {
    status: 500,
    issue: 'exception',
    text: 'The keys of the audit log are incomplete or open to other users.',
    mend: 'Restore both key files, readable by the service only.',
  },
  LED_RING_UNREADABLE: {
    status: 500,
    issue: 'exception',
    text: 'The key ring of the audit records is missing, malformed or open to other users.',
    mend: 'Restore it: lines of a version and 32 bytes in base64, readable by the service only.',
  },
  LED_RING_LACKS_VERSION: {
    status: 500,
    issue: 'exception',
    text: 'A key of audit records was wrapped by a version that the key ring does not hold.',
    mend: 'Restore the version; what only a removed version opens is lost.',
  },
  LED_RING_IN_USE: {
    status: 409,
    issue: 'conflict',
    text: 'Keys of audit records are still wrapped by this version of the key ring.',
    mend: 'Run holdfast ledger keys rotate first.',
  },
} as const satisfies FaultCatalogue;

export const fault = faults(LEDGER_FAULTS);

const HALTING: ReadonlySet<string> = new Set<keyof typeof LEDGER_FAULTS>([
  'LED_ALTERED',
  'LED_KEYS_FOREIGN',
]);

/** Whether nothing may be signed on top of what is stored until a person has looked. */
export const haltsLog = (error: unknown): boolean =>
  error instanceof Fault && HALTING.has(error.code);
