import { and, atom, type Condition, FALSE, not, or, TRUE } from '../condition/condition.ts';
import type { OrgPolicy, OrgRule } from '../org/access-policy.ts';
import { typesOf } from '../org/type-groups.ts';
import { purposeWithinAny } from '../purposes/purpose-of-use.ts';
import type { TieKind } from '../relations/relationship.ts';
import type { Context } from './context.ts';

/** Layer 1 for one purpose: which rows the organisation permits, by what then is asked of patients. */
export interface OrgConditions {
  /** Nothing is asked of anyone. */
  readonly alone: Condition;
  /** The record of a patient whom the actor is something to; only other patients named there are asked. */
  readonly own: Condition;
  readonly consents: Condition;
  /** As `consents`, ordinary data whatever the purpose. */
  readonly ordinary: Condition;
  readonly explicit: Condition;
}

/** Whether the rows that the conditions are for lie in a patient's record, as far as it is known. */
export type HasPatient = 'yes' | 'no' | 'unknown';

const NO_PATIENT: Readonly<Record<HasPatient, Condition>> = {
  yes: FALSE,
  no: TRUE,
  unknown: atom({ op: 'no-patient' }),
};

export function compileOrg(
  policy: OrgPolicy,
  context: Context,
  { purpose, hasPatient }: { readonly purpose: string; readonly hasPatient: HasPatient },
): OrgConditions {
  const rules = policy.rules.filter(
    (rule) =>
      rule.roles.some((role) => context.roles.includes(role)) &&
      rule.actions.includes(context.action) &&
      purposeWithinAny(purpose, rule.purposes),
  );
  const denied = anyOf(
    rules.filter(({ effect }) => effect === 'deny'),
    hasPatient,
  );
  const permitted = (wanted: (rule: OrgRule) => boolean): Condition =>
    and(
      not(denied),
      anyOf(
        rules.filter((rule) => rule.effect === 'permit' && wanted(rule)),
        hasPatient,
      ),
    );
  return {
    alone: permitted((rule) => rule.patientLayer === 'none' && rule.relationship === undefined),
    own: permitted((rule) => rule.patientLayer === 'none' && rule.relationship !== undefined),
    consents: permitted((rule) => rule.patientLayer === 'consents'),
    ordinary: permitted((rule) => rule.patientLayer === 'ordinary'),
    explicit: permitted((rule) => rule.patientLayer === 'explicit-permit'),
  };
}

export const OWN_RECORD = atom({ op: 'own-record' });

// Rules that ask for the same relationships are one list of types.
function anyOf(rules: readonly OrgRule[], hasPatient: HasPatient): Condition {
  const byRelation = new Map<string, OrgRule[]>();
  for (const rule of rules) {
    const key = [...(rule.relationship ?? [])].sort().join();
    byRelation.set(key, [...(byRelation.get(key) ?? []), rule]);
  }
  const parts = [...byRelation.values()].map((same) => {
    const names = new Set(same.flatMap((rule) => rule.types.flatMap(typesOf)));
    return and(
      related(same[0]?.relationship, hasPatient),
      atom({ op: 'type', types: [...names].sort() }),
    );
  });
  return or(...parts);
}

function related(relationship: OrgRule['relationship'], hasPatient: HasPatient): Condition {
  if (relationship === undefined) return TRUE;
  const noPatient = relationship.includes('no-patient') ? NO_PATIENT[hasPatient] : FALSE;
  if (hasPatient === 'no') return noPatient;
  const kinds = sameKinds(
    relationship.filter((each) => each !== 'self' && each !== 'no-patient').sort(),
  );
  return or(
    noPatient,
    relationship.includes('self') ? OWN_RECORD : FALSE,
    kinds.length === 0 ? FALSE : atom({ op: 'tied', kinds, to: 'row' }),
  );
}

const kindLists = new Map<string, readonly TieKind[]>();

/** One list for all classes: what an actor's ties of these kinds would be is spelled out once a list. */
function sameKinds(kinds: readonly TieKind[]): readonly TieKind[] {
  const key = kinds.join();
  const known = kindLists.get(key) ?? kinds;
  kindLists.set(key, known);
  return known;
}
