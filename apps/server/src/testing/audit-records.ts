import { join } from 'node:path';
import type { TenantId } from '@holdfast/kernel';
import { AuditBodies, type AuditBody, KeyRing, ringFile } from '@holdfast/ledger';
import type { Pool } from 'pg';

/** A record of a test's server, its body read with the keys in its data directory. */
export interface AuditRecord {
  readonly auditId: string;
  readonly recorded: Date;
  readonly actor: string;
  readonly action: string;
  readonly outcome: number;
  readonly patientTag: Buffer | null;
  readonly leaf: Buffer;
  /** null where it cannot be read any more. */
  readonly body: AuditBody | null;
}

interface Row {
  audit_id: string;
  recorded: Date;
  actor: string;
  action: string;
  outcome: number;
  patient_tag: Buffer | null;
  leaf: Buffer;
  key_id: string;
  body: Buffer | null;
}

/**
 * What stands in the log, in its order.
 * @param where SQL over the columns of `audit`; what the bodies say is for `filter`
 */
export async function auditRecords(
  owner: Pool,
  { dataDirectory, tenant = 1 }: { readonly dataDirectory: string; readonly tenant?: number },
  where = 'true',
): Promise<AuditRecord[]> {
  const { rows } = await owner.query<Row>(
    `select audit_id, recorded, actor, action, outcome, patient_tag, leaf, key_id, body
       from holdfast.audit where ${where} order by xid, id`,
  );
  const stored = rows.map(({ audit_id: auditId, patient_tag: patientTag, key_id, ...row }) => {
    return { ...row, auditId, patientTag, keyId: key_id };
  });
  const ring = await KeyRing.open(ringFile(join(dataDirectory, 'keys')));
  const bodies = await new AuditBodies({ tenant: tenant as TenantId, ring }).read(owner, stored);
  return stored.map((record, index) => {
    const read = bodies[index];
    return { ...record, body: read?.state === 'held' ? read.body : null };
  });
}
