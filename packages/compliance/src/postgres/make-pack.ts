import type { TenantId } from '@holdfast/kernel';
import { type ProvenCompleteness, proveEntries } from '@holdfast/ledger';
import type { Queryable } from '@holdfast/postgres';
import { fault } from '../errors.ts';
import type { LogRecord } from '../log-record.ts';
import { answerOf } from '../packs/answer.ts';
import {
  type EvidencePack,
  entryOf,
  PACK_FORMAT,
  type PackClaims,
  type PackKind,
  type PackQuestion,
} from '../packs/pack.ts';

export interface PackAsked {
  readonly tenant: TenantId;
  readonly kind: PackKind;
  readonly question: PackQuestion;
  /** The entries about the patient, and that they are all. */
  readonly proven: ProvenCompleteness;
  /** Records about the patient: at least those of the entries. */
  readonly records: readonly LogRecord[];
  /** What is told beside them. */
  readonly claimsOf: (records: readonly LogRecord[]) => Promise<PackClaims>;
  /** Verifier key of the log. */
  readonly key: string;
}

/**
 * Puts a pack together. O(entries about the patient x log of the log's size).
 * @throws Fault COMPLIANCE_RECORD_ALTERED where the index knows a record that is not the patient's any
 *   more; LED_NOT_YET_PROVABLE, LED_ALTERED
 */
export async function makePack(source: Queryable, asked: PackAsked): Promise<EvidencePack> {
  const { tenant, kind, question, proven, claimsOf, key } = asked;
  const byId = new Map(asked.records.map((record) => [record.auditId, record]));
  const proofs = await proveEntries(source, { tenant, entries: proven.entries });
  const logged = proven.entries.map(({ auditId }) => {
    const record = byId.get(auditId);
    if (record === undefined) throw fault('COMPLIANCE_RECORD_ALTERED');
    return record;
  });
  const claims = await claimsOf(logged);
  return {
    ...{ format: PACK_FORMAT, kind, question, claims },
    log: { key },
    answer: answerOf(kind, logged, { question, claims }),
    entries: logged.map((record, index) => ({
      position: proven.entries[index]?.position ?? -1,
      ...entryOf(record),
      proof: proofs[index] ?? '',
    })),
    completeness: proven.proof,
  };
}
