import { findLabelSets, Labeller, wrongConsentStates } from '@holdfast/consent';
import type { Resource } from '@holdfast/fhir';
import type { TenantId } from '@holdfast/kernel';
import {
  type Finding,
  type KeyRing,
  type LogKeys,
  type VerificationReport,
  verifyLog,
} from '@holdfast/ledger';
import type { Queryable } from '@holdfast/postgres';
import { writtenContents } from '@holdfast/store';
import type { Pool } from 'pg';

/** Prefix of every tenant's log. */
export const LOG_ORIGIN = 'holdfast.local/audit';

/** Labels by every label sets there ever were: each version is held against those of its day. */
async function labelsThen(db: Queryable, tenant: TenantId) {
  const { rows } = await db.query<{ labelling: number }>(
    'select coalesce(max(labelling), 0) as labelling from tenant_state where tenant = $1',
    [tenant],
  );
  const labellers: Labeller[] = [];
  for (let version = 0; version <= (rows[0]?.labelling ?? 0); version++) {
    const sets = await findLabelSets(db, tenant, version);
    if (sets !== undefined) labellers[version] = new Labeller(sets);
  }
  return (resource: Resource, labelling: number) =>
    labellers[labelling]?.labels(resource) ?? NOBODY_LABELLED;
}

/** No sets have this number, so somebody wrote it: no label would be strict enough. */
const NOBODY_LABELLED = { confidentiality: Number.POSITIVE_INFINITY, sensitivity: -1n };

export interface RecordsToVerify {
  readonly tenant: TenantId;
  readonly keys: LogKeys;
  /** Without it neither bodies nor contents are looked at. */
  readonly ring?: KeyRing;
  /** Checkpoints kept outside the database. */
  readonly trusted: readonly string[];
  /** As `VerifyOptions.counterSettleMs`. */
  readonly counterSettleMs?: number;
  readonly onProgress?: (verified: number) => void;
}

/**
 * Holds the audit log against its checkpoints, every stored version of every resource against the
 * log, and every patient's consent state against the Consents stored. One snapshot, nothing written.
 */
export async function verifyRecords(
  pool: Pool,
  { tenant, keys, ring, trusted, counterSettleMs, onProgress }: RecordsToVerify,
): Promise<VerificationReport> {
  const connection = await pool.connect();
  try {
    await connection.query('begin isolation level repeatable read read only');
    const report = await verifyLog(connection, {
      tenant,
      verifier: keys.verifierOf(tenant),
      tagKey: keys.tagKey,
      ring,
      trusted,
      ...(counterSettleMs !== undefined && { counterSettleMs }),
      contents: writtenContents(connection, {
        tenant,
        labelsOf: await labelsThen(connection, tenant),
      }),
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
