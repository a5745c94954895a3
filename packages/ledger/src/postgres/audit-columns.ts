import type { AuditRow } from '../entry/audit-event.ts';

/** One array a column, in the order of `append_audit`'s parameters after the tenant. */
export type AuditColumns = [
  auditIds: string[],
  recorded: string[],
  actors: string[],
  actions: string[],
  outcomes: number[],
  patientTags: (Buffer | null)[],
  leaves: Buffer[],
  bodies: string[],
  salts: Buffer[],
];

const COLUMN_TYPES = [
  'uuid[]',
  'timestamptz[]',
  'text[]',
  'text[]',
  'smallint[]',
  'bytea[]',
  'bytea[]',
  'text[]',
  'bytea[]',
];

/** `select append_audit($1, ...)`: the tenant, then `auditColumns(rows)`. */
export const APPEND_AUDIT = `select append_audit($1, ${COLUMN_TYPES.map(
  (type, i) => `$${i + 2}::${type}`,
).join(', ')})`;

/** The rows as arguments of `append_audit(tenant, ...)`, which a write calls in its transaction. */
export function auditColumns(rows: readonly AuditRow[]): AuditColumns {
  return [
    rows.map((row) => row.auditId),
    rows.map((row) => row.recorded.toISOString()),
    rows.map((row) => row.actor),
    rows.map((row) => row.action),
    rows.map((row) => row.outcome),
    rows.map((row) => row.patientTag),
    rows.map((row) => row.leaf),
    rows.map((row) => row.body),
    rows.map((row) => row.salt),
  ];
}
