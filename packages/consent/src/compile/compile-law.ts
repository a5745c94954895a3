import { and, atom, type Condition, FALSE, not, or, TRUE } from '../condition/condition.ts';
import type { LawRule } from '../law/law-table.ts';
import { typesOf } from '../org/type-groups.ts';
import { purposeWithinAny } from '../purposes/purpose-of-use.ts';
import type { Context } from './context.ts';

/** Layer 0 for one purpose. */
export interface LawConditions {
  readonly deny: Condition;
  readonly permit: Condition;
}

export function compileLaw(
  law: readonly LawRule[],
  context: Context,
  purpose: string,
): LawConditions {
  const rules = law.filter(
    (rule) =>
      rule.roles.some((role) => context.roles.includes(role)) &&
      rule.actions.includes(context.action) &&
      purposeWithinAny(purpose, rule.purposes),
  );
  const said = (effect: LawRule['effect']): Condition =>
    or(...rules.filter((rule) => rule.effect === effect).map(reach));
  const deny = said('deny');
  return { deny, permit: and(not(deny), said('permit')) };
}

function reach({ effect, types, labels }: LawRule): Condition {
  const names = [...new Set(types.flatMap(typesOf))].sort();
  const ofType = names.length === 0 ? FALSE : atom({ op: 'type', types: names });
  const unlabelled = atom({ op: 'unlabelled' });
  const labelled = labels === 0n ? FALSE : atom({ op: 'labelled', mask: labels });
  if (effect === 'permit') return and(ofType, not(unlabelled), not(labelled));
  return and(ofType, labels === 0n ? TRUE : or(unlabelled, labelled));
}
