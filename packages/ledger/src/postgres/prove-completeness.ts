import type { TenantId } from '@holdfast/kernel';
import type { Pool } from 'pg';
import { toBase64 } from '../note/base64.ts';
import type { CompletenessProof } from '../patient-index/completeness-proof.ts';
import { proveEntry } from './prove-entry.ts';
import { type ProvenPatient, provePatient } from './prove-patient.ts';

export interface ProvenCompleteness extends Pick<ProvenPatient, 'entries'> {
  readonly proof: CompletenessProof;
}

/**
 * `provePatient` with its proof in the form that is checked offline.
 * @throws Fault LED_NOT_YET_PROVABLE before the first index is signed; LED_ALTERED
 */
export async function proveCompleteness(
  pool: Pool,
  { tenant, tag }: { readonly tenant: TenantId; readonly tag: Uint8Array },
): Promise<ProvenCompleteness> {
  const proven = await provePatient(pool, { tenant, tag });
  const rootEntry = await proveEntry(pool, { tenant, auditId: proven.rootRecord });
  return {
    entries: proven.entries,
    proof: {
      tag: toBase64(tag),
      size: proven.size,
      siblings: proven.path.siblings.map(toBase64),
      other: otherOf(proven),
      rootLeaf: rootEntry.leaf.toString('utf8'),
      rootProof: rootEntry.proof,
    },
  };
}

function otherOf({ path: { other } }: ProvenPatient): CompletenessProof['other'] {
  if (other === undefined) return null;
  const { tag, chain } = other;
  return { tag: toBase64(tag), entries: chain.entries, head: toBase64(chain.head) };
}
