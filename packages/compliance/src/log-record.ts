import type { Leaf, ReadBody } from '@holdfast/ledger';

/** One record of the audit log as an officer or the patient reads it. */
export interface LogRecord {
  readonly auditId: string;
  readonly recorded: Date;
  readonly actor: string;
  readonly patientTag: Buffer | null;
  /** Byte for byte as logged: what receipts are about. */
  readonly leafBytes: Buffer;
  readonly leaf: Leaf;
  /** Who, on what and why, as far as it can still be read. */
  readonly body: ReadBody;
}

/** What the body says; null where it is gone, or does not open. */
export const bodyOf = ({ body }: LogRecord) => (body.state === 'held' ? body.body : null);
