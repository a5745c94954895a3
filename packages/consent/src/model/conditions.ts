import type { Conditions } from './consent-model.ts';
import type { UnenforceableConstruct } from './unenforceable.ts';

/** A3: what a provision states replaces, attribute by attribute, what it inherits. */
export const inherit = (inherited: Conditions, stated: Conditions): Conditions => ({
  ...inherited,
  ...stated,
});

/** The constructs that keep a provision with these conditions from being decided. */
export function unenforceableIn(conditions: Conditions): readonly UnenforceableConstruct[] {
  const attributes: readonly Conditions[keyof Conditions][] = Object.values(conditions);
  return attributes.flatMap((attribute) =>
    attribute?.kind === 'unenforceable' ? [attribute.construct] : [],
  );
}
