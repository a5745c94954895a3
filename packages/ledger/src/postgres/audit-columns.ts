import type { SealedAudit } from '../bodies/body-keys.ts';

/** One array a column, in the order of `append_audit`'s parameters after the tenant. */
export type AuditColumns = [
  auditIds: string[],
  recorded: string[],
  actors: string[],
  actions: string[],
  outcomes: number[],
  patientTags: (Buffer | null)[],
  leaves: Buffer[],
  keyIds: string[],
  bodies: Buffer[],
  usedKeyTags: Buffer[],
  usedKeyIds: string[],
  usedKeysWrapped: (Buffer | null)[],
];

/** SQL types of `auditColumns`. */
export const AUDIT_COLUMN_TYPES = [
  'uuid[]',
  'timestamptz[]',
  'text[]',
  'text[]',
  'smallint[]',
  'bytea[]',
  'bytea[]',
  'bigint[]',
  'bytea[]',
  'bytea[]',
  'bigint[]',
  'bytea[]',
] as const;

/** `select append_audit($1, ...)`: the tenant, then `auditColumns(sealed)`. */
export const APPEND_AUDIT = `select append_audit($1, ${AUDIT_COLUMN_TYPES.map(
  (type, i) => `$${i + 2}::${type}`,
).join(', ')})`;

/** The records as arguments of `append_audit(tenant, ...)`, which a write calls in its transaction. */
export function auditColumns({ rows, keys }: SealedAudit): AuditColumns {
  return [
    rows.map((row) => row.auditId),
    rows.map((row) => row.recorded.toISOString()),
    rows.map((row) => row.actor),
    rows.map((row) => row.action),
    rows.map((row) => row.outcome),
    rows.map((row) => row.patientTag),
    rows.map((row) => row.leaf),
    rows.map((row) => row.keyId),
    rows.map((row) => row.sealedBody),
    keys.map((key) => key.keyTag),
    keys.map((key) => key.keyId),
    keys.map((key) => key.wrapped),
  ];
}
