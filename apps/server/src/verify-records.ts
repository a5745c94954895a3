import { findLabelSets, Labeller } from '@holdfast/consent';
import type { Resource } from '@holdfast/fhir';
import type { TenantId } from '@holdfast/kernel';
import {
  type Finding,
  Findings,
  type KeyRing,
  type LogKeys,
  MAX_FINDINGS,
  type VerificationReport,
  verifyLog,
} from '@holdfast/ledger';
import type { Queryable } from '@holdfast/postgres';
import { writtenContents } from '@holdfast/store';
import type { Pool } from 'pg';
import { derivedFindings, GlassConfirmations } from './verify-derived.ts';

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
 * log, and what is derived from them against what they say. One snapshot, nothing written.
 */
export async function verifyRecords(
  pool: Pool,
  { tenant, keys, ring, trusted, counterSettleMs, onProgress }: RecordsToVerify,
): Promise<VerificationReport> {
  const { tagKey } = keys;
  const confirmations = new GlassConfirmations();
  const connection = await pool.connect();
  try {
    await connection.query('begin isolation level repeatable read read only');
    const report = await verifyLog(connection, {
      tenant,
      verifier: keys.verifierOf(tenant),
      tagKey,
      ring,
      onLeaf: (leaf) => confirmations.add(leaf),
      trusted,
      ...(counterSettleMs !== undefined && { counterSettleMs }),
      contents: writtenContents(connection, {
        tenant,
        labelsOf: await labelsThen(connection, tenant),
      }),
      onProgress: ({ verified }) => onProgress?.(verified),
    });
    return await withDerived(
      report,
      derivedFindings(connection, { tenant, tagKey, confirmations }),
    );
  } finally {
    connection.release(true);
  }
}

/** The report with what else was found, to the same limit. */
async function withDerived(
  report: VerificationReport,
  derived: AsyncIterable<Finding>,
): Promise<VerificationReport> {
  const findings = new Findings(MAX_FINDINGS - report.findings.length);
  for await (const finding of derived) findings.add(finding);
  return {
    ...report,
    ok: report.ok && findings.sound,
    findings: [...report.findings, ...findings.kept],
    furtherFindings: report.furtherFindings + findings.further,
  };
}
