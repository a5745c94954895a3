import { and, atom, type Condition, FALSE, not, or } from '../condition/condition.ts';
import type { OrgPolicy, OrgRule } from '../org/access-policy.ts';
import { typesOf } from '../org/type-groups.ts';
import { purposeWithinAny } from '../purposes/purpose-of-use.ts';
import type { Context } from './context.ts';

/** Layer 1 for one purpose: which rows the organisation permits, by what then is asked of patients. */
export interface OrgConditions {
  /** Nothing is asked of anyone. */
  readonly alone: Condition;
  /** The actor's own record; only other patients named there are asked. */
  readonly own: Condition;
  readonly consents: Condition;
  readonly explicit: Condition;
}

export function compileOrg(policy: OrgPolicy, context: Context, purpose: string): OrgConditions {
  const rules = policy.rules.filter(
    (rule) =>
      rule.roles.some((role) => context.roles.includes(role)) &&
      rule.actions.includes(context.action) &&
      purposeWithinAny(purpose, rule.purposes),
  );
  const denied = anyOf(rules.filter(({ effect }) => effect === 'deny'));
  const permitted = (wanted: (rule: OrgRule) => boolean): Condition =>
    and(not(denied), anyOf(rules.filter((rule) => rule.effect === 'permit' && wanted(rule))));
  return {
    alone: permitted((rule) => rule.patientLayer === 'none' && rule.ownRecord === undefined),
    own: permitted((rule) => rule.patientLayer === 'none' && rule.ownRecord === true),
    consents: permitted((rule) => rule.patientLayer === 'consents'),
    explicit: permitted((rule) => rule.patientLayer === 'explicit-permit'),
  };
}

export const OWN_RECORD = atom({ op: 'own-record' });

function anyOf(rules: readonly OrgRule[]): Condition {
  const types = (own: boolean): Condition => {
    const chosen = rules.filter(({ ownRecord }) => (ownRecord === true) === own);
    const names = new Set(chosen.flatMap((rule) => rule.types.flatMap(typesOf)));
    return names.size === 0 ? FALSE : atom({ op: 'type', types: [...names].sort() });
  };
  return or(types(false), and(OWN_RECORD, types(true)));
}
