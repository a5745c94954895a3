import type { ResourceType } from '@holdfast/fhir';
import type { ResourceKey } from '@holdfast/kernel';
import type { RowFacts } from './access-gate.ts';
import { storeFault } from './errors.ts';
import type { CurrentRows } from './postgres/current.ts';

/** The rank of ordinary data (N): see {@link refuseForeignWrite}. */
const ORDINARY = 2;

/** What is to be stored, and whose it will be. */
export interface NewRow {
  readonly type: ResourceType;
  readonly id: string;
  /** JSON text. */
  readonly content: string | null;
  readonly owner: string | null;
  readonly others: readonly string[];
  /** FHIRPath of the first place that names each patient, by `Patient/id`. */
  readonly referencePaths: ReadonlyMap<string, string>;
}

/**
 * Refuses what the writer may not put into a patient's record. It is decided as for ordinary data:
 * whoever may keep a record may also note down what is sensitive, and may be unable to read it later.
 * A patient who keeps the writer out answers like a patient who is not there (invariant 8); a role
 * that may not write this at all is told so, whoever the patient is.
 * @param written ids of patients that the same write creates: nobody has consented for them yet
 * @returns ids of patients that must be known first
 * @throws Fault STORE_FORBIDDEN, STORE_REFERENCE_MISSING
 */
export function refuseForeignWrite(
  row: NewRow,
  { patients, mayWrite }: CurrentRows,
  written: ReadonlySet<string>,
): readonly string[] {
  const { type, id, content, owner, others } = row;
  const fresh = (patientId: string | null): Omit<RowFacts, 'type' | 'id'> => ({
    patient: patientId === null ? null : (0n as ResourceKey),
    patientId,
    confidentiality: ORDINARY,
    sensitivity: 0n,
    content,
    consentClass: 0,
    residual: [],
    others: [],
  });
  if (!mayWrite({ ...fresh(owner), type, id })) throw storeFault('STORE_FORBIDDEN');
  if (owner === null) return [];
  const named = [owner, ...others].filter((each) => !written.has(each));
  const unknown = named.filter((each) => !patients.has(each));
  if (unknown.length > 0) return unknown;
  // Who is not there at all is refused by the write itself, which looks under the lock.
  const facts = (patientId: string) => patients.get(patientId) ?? fresh(patientId);
  const whole = {
    ...fresh(owner),
    ...consentOf(facts(owner)),
    type,
    id,
    others: others.map((each) => ({ patientId: each, ...consentOf(facts(each)) })),
  };
  if (mayWrite(whole)) return [];
  const expression = named.flatMap((each) => row.referencePaths.get(`Patient/${each}`) ?? []);
  throw storeFault('STORE_REFERENCE_MISSING', {
    expression,
    diagnostics: `Not found here: ${expression.join(', ') || 'a referenced resource'}.`,
  });
}

const consentOf = ({ patient, consentClass, residual }: Omit<RowFacts, 'type' | 'id'>) => ({
  patient,
  consentClass,
  residual,
});
