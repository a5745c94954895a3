import { labelsOf, wrongConsentStates } from '@holdfast/consent';
import type { TenantId } from '@holdfast/kernel';
import { type Finding, type LogKeys, type VerificationReport, verifyLog } from '@holdfast/ledger';
import { writtenContents } from '@holdfast/store';
import type { Pool } from 'pg';

/** Prefix of every tenant's log. */
export const LOG_ORIGIN = 'holdfast.local/audit';

export interface RecordsToVerify {
  readonly tenant: TenantId;
  readonly keys: LogKeys;
  /** Checkpoints kept outside the database. */
  readonly trusted: readonly string[];
  readonly onProgress?: (verified: number) => void;
}

/**
 * Holds the audit log against its checkpoints, every stored version of every resource against the
 * log, and every patient's consent state against the Consents stored. One snapshot, nothing written.
 */
export async function verifyRecords(
  pool: Pool,
  { tenant, keys, trusted, onProgress }: RecordsToVerify,
): Promise<VerificationReport> {
  const connection = await pool.connect();
  try {
    await connection.query('begin isolation level repeatable read read only');
    const report = await verifyLog(connection, {
      tenant,
      verifier: keys.verifierOf(tenant),
      tagKey: keys.tagKey,
      trusted,
      contents: writtenContents(connection, { tenant, labelsOf }),
      onProgress: ({ verified }) => onProgress?.(verified),
    });
    const wrong: Finding[] = [];
    for await (const { patientId, column } of wrongConsentStates(connection, tenant)) {
      const tag = keys.tagKey.tag({ kind: 'patient', tenant, value: patientId });
      const detail = `${column} of the patient with tag ${tag.toString('base64url')}`;
      wrong.push({ kind: 'content-altered', position: null, auditId: null, detail });
    }
    if (wrong.length === 0) return report;
    return { ...report, ok: false, findings: [...report.findings, ...wrong] };
  } finally {
    connection.release(true);
  }
}
