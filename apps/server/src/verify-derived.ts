import { openedGlasses, wrongConsentStates, wrongRelationships } from '@holdfast/consent';
import type { TenantId } from '@holdfast/kernel';
import type { Finding, Leaf, TagKey } from '@holdfast/ledger';
import type { Queryable } from '@holdfast/postgres';
import { wrongEvents } from '@holdfast/store';

/** Interaction of the record that a clinician leaves before emergency access opens. */
const GLASS_CONFIRMED = 'break-glass-confirm';

export interface DerivedParts {
  readonly tenant: TenantId;
  readonly tagKey: TagKey;
  readonly confirmations: GlassConfirmations;
}

/** Who confirmed which emergency access to whom, by the log: as many as there ever were. */
export class GlassConfirmations {
  readonly #seen = new Set<string>();

  add({ type, actor, patient, resource }: Leaf): void {
    if (type === GLASS_CONFIRMED) this.#seen.add(`${resource} ${actor} ${patient}`);
  }

  has(
    { tenant, tagKey }: Pick<DerivedParts, 'tenant' | 'tagKey'>,
    glass: { readonly id: string; readonly actor: string; readonly patientId: string },
  ): boolean {
    const tag = (kind: 'resource' | 'actor' | 'patient', value: string) =>
      tagKey.tag({ kind, tenant, value }).toString('base64url');
    const resource = tag('resource', `break-glass/${glass.id}`);
    const [actor, patient] = [tag('actor', glass.actor), tag('patient', glass.patientId)];
    return this.#seen.has(`${resource} ${actor} ${patient}`);
  }
}

/**
 * Holds what opens or closes a record, and is not in its resources themselves, against what those
 * and the log say: consent states, relationships and the ties they come down to, emergency access.
 */
export async function* derivedFindings(
  db: Queryable,
  parts: DerivedParts,
): AsyncGenerator<Finding> {
  const { tenant, tagKey, confirmations } = parts;
  const altered = (what: string, patientId: string | null): Finding => {
    const tag = patientId && tagKey.tag({ kind: 'patient', tenant, value: patientId });
    const of = tag ? `the patient with tag ${tag.toString('base64url')}` : 'nobody who is there';
    return { kind: 'content-altered', position: null, auditId: null, detail: `${what} of ${of}` };
  };
  for await (const { patientId, column } of wrongConsentStates(db, tenant)) {
    yield altered(column, patientId);
  }
  for await (const { patientId, what } of wrongRelationships(db, tenant)) {
    yield altered(what, patientId);
  }
  for await (const { what, count } of wrongEvents(db, tenant)) {
    yield { kind: 'content-altered', position: null, auditId: null, detail: `${count} ${what}` };
  }
  for await (const glass of openedGlasses(db, tenant)) {
    if (!confirmations.has(parts, glass)) {
      yield altered('emergency access that nobody confirmed', glass.patientId);
    }
  }
}
