import { LabelSetStore, PolicyStore } from '@holdfast/consent';
import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import type { Change, ChangeLog } from '@holdfast/visibility';

/** Activations that are looked at: the newest. */
const ACTIVATIONS = 50;

/**
 * What became otherwise lately: policies put in force or rolled back and label sets, which the
 * database tells whichever process did it, and what this process noted of itself.
 */
export async function knownChanges(
  pool: Queryable,
  { tenant, changes }: { readonly tenant: TenantId; readonly changes: ChangeLog },
): Promise<readonly Change[]> {
  const [activations, labels] = await Promise.all([
    new PolicyStore(tenant, pool).activations(ACTIVATIONS),
    new LabelSetStore(tenant, pool).status(),
  ]);
  const known: Change[] = activations.map(({ version, former, activatedAt }) => {
    const isBack = former !== undefined && version < former;
    return {
      kind: isBack ? 'policy-rolled-back' : 'policy-activated',
      at: new Date(activatedAt),
      what: isBack
        ? `Access policy ${former} was rolled back to ${version}`
        : `Access policy ${version} was put in force`,
      // A policy decides what is released, whoever asks by whichever way.
      reaches: { component: 'records' },
    };
  });
  if (labels.loadedAt !== undefined) {
    known.push({
      kind: 'label-sets-loaded',
      at: new Date(labels.loadedAt),
      what: `Label sets ${labels.version} were loaded`,
      reaches: { component: 'records' },
    });
  }
  return [...known, ...changes.list()];
}
