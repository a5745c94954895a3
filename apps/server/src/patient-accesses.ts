import { invariant, type TenantId } from '@holdfast/kernel';
import {
  type CompletenessProof,
  commitPatientIndex,
  type LogKeys,
  type LogSequencer,
  type ProvenAccess,
  type ProvenCompleteness,
  parseLeaf,
  proveCompleteness,
} from '@holdfast/ledger';
import type { Pool } from 'pg';
import type { AuditTrail } from './audit-trail.ts';

export interface PatientAccessesParts {
  readonly keys: LogKeys;
  readonly audit: AuditTrail;
  readonly sequencer: Pick<LogSequencer, 'flush'>;
  readonly requests: Pool;
  /** As a member of `holdfast_sequencer`. */
  readonly owner: Pool;
}

/** One entry about the patient, in words. */
export interface PatientAccess {
  readonly position: number;
  readonly auditId: string;
  readonly recorded: string;
  readonly actor: string;
  readonly interaction: string;
  readonly action: string;
  readonly outcome: number;
  readonly purposes: readonly string[];
}

export interface PatientAccesses {
  readonly accesses: readonly PatientAccess[];
  /** That these are all: see `verifyCompletenessProof`. */
  readonly proof: CompletenessProof;
}

/**
 * Who did what about a patient, up to now, and what proves that nothing is left out: signs what is
 * unsigned, brings the index up to it, and answers from there.
 * @throws Fault LED_NOT_YET_PROVABLE while another process signs; LED_ALTERED
 */
export async function patientAccesses(
  parts: PatientAccessesParts,
  asked: { readonly tenant: TenantId; readonly patientId: string },
): Promise<PatientAccesses> {
  const { entries, proof } = await provenAccesses(parts, asked);
  return { accesses: entries.map(accessOf), proof };
}

/** The same with the entries as they stand in the log. */
export async function provenAccesses(
  { keys, audit, sequencer, requests, owner }: PatientAccessesParts,
  { tenant, patientId }: { readonly tenant: TenantId; readonly patientId: string },
): Promise<ProvenCompleteness> {
  await sequencer.flush();
  await commitPatientIndex(owner, { tenant, ...audit.forIndex(tenant) });
  await sequencer.flush();
  const tag = keys.tagKey.tag({ kind: 'patient', tenant, value: patientId });
  return proveCompleteness(requests, { tenant, tag });
}

function accessOf({ position, auditId, actor, leaf: bytes }: ProvenAccess): PatientAccess {
  const leaf = parseLeaf(bytes);
  invariant(leaf.ok, 'LED-3 what the index was made from are leaves');
  const { type: interaction, ts: recorded, action, outcome, purpose: purposes } = leaf.value;
  return { position, auditId, recorded, actor, interaction, action, outcome, purposes };
}
