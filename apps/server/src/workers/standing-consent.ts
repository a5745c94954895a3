import { isResourceType } from '@holdfast/fhir';
import type { InputReference } from '@holdfast/inference';
import type { Queryable } from '@holdfast/postgres';
import { type GateSource, type ResourceName, type RowFacts, read } from '@holdfast/store';

/** What a score was admitted by: its trigger, as the consents of that moment let it be seen. */
export interface Admitted {
  readonly name: ResourceName;
  readonly facts: RowFacts;
  readonly epoch: bigint;
}

/**
 * Whether what was permitted is permitted still, by the consents of this statement's snapshot. Where
 * the patient's consents and the tenant's epoch are as they were, that is so; else every input is
 * decided again, so that a consent that changed in another respect costs nobody a score.
 */
export async function standsConsent(
  db: Queryable,
  gates: GateSource,
  given: { readonly admitted: Admitted; readonly inputs: readonly InputReference[] },
): Promise<boolean> {
  const { admitted, inputs } = given;
  const now = await read(db, gates, admitted.name);
  if (now.kind !== 'found') return false;
  if (now.epoch === admitted.epoch && isUnchanged(now.version.facts, admitted.facts)) return true;
  for (const input of inputs) {
    const name = nameOf(admitted.name.tenant, input);
    if (name === null || (await read(db, gates, name)).kind !== 'found') return false;
  }
  return true;
}

function isUnchanged(now: RowFacts, then: RowFacts): boolean {
  const consents = ({ consentClass, residual, others }: RowFacts): string =>
    JSON.stringify([
      consentClass,
      residual,
      others.map((other) => [other.patientId, other.consentClass, other.residual]),
    ]);
  return consents(now) === consents(then);
}

function nameOf(tenant: number, { reference }: InputReference): ResourceName | null {
  const [type = '', id] = reference.split('/');
  return isResourceType(type) && id !== undefined ? { tenant, type, id } : null;
}
