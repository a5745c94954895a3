import { isResourceType } from '@holdfast/fhir';
import type { Action } from '../actor.ts';
import {
  and,
  atom,
  type Condition,
  constant,
  FALSE,
  not,
  or,
  TRUE,
} from '../condition/condition.ts';
import { CONFIDENTIALITY, isConfidentialityCode } from '../labels/confidentiality.ts';
import {
  GUARDED_CODES,
  sensitivityBit,
  sensitivityClosure,
  UNKNOWN_SENSITIVITY,
} from '../labels/sensitivity-dictionary.ts';
import { actionCovered } from '../model/action-coverage.ts';
import type { ConsentAction, Effect } from '../model/consent-model.ts';
import { purposeWithinAny } from '../purposes/purpose-of-use.ts';
import type { PolicyDomain } from '../rulebook.ts';
import { type ClassProvision, UNENFORCEABLE } from './canonical-class.ts';

/** One purpose, one action: what the request fixes of a provision's conditions. */
export interface Aspect {
  readonly action: Action;
  readonly purpose: string;
  readonly domain: PolicyDomain;
}

/** A provision's conditions after inheritance (A3), with the residual slots they count in. */
export interface Scope extends Omit<ClassProvision, 'effect' | 'actor' | 'instance' | 'but'> {
  readonly actor?: Slots | typeof UNENFORCEABLE;
  readonly instance?: readonly (Slots & { readonly type: string })[] | typeof UNENFORCEABLE;
}

interface Slots {
  readonly first: number;
  readonly count: number;
}

/** Does anything in the scope keep it from being decided? Then the provision denies (A1). */
export const isUnenforceable = (scope: Scope): boolean =>
  Object.values(scope).some((each: unknown) => each === UNENFORCEABLE);

/** `match` of the semantics as a formula: AND over attributes, OR over the values of one. */
export function matchCondition(scope: Scope, effect: Effect, aspect: Aspect): Condition {
  return and(
    actionMatch(scope, effect, aspect),
    purposeMatch(scope, aspect),
    periodMatch(scope, effect),
    typeMatch(scope),
    labelMatch(scope, effect, aspect),
    actorMatch(scope, effect),
    instanceMatch(scope, effect),
    effect === 'permit' ? guard(scope) : TRUE,
  );
}

function actionMatch({ action }: Scope, effect: Effect, aspect: Aspect): Condition {
  if (action === undefined || action === UNENFORCEABLE) return TRUE;
  return constant(
    action.some((each) => actionCovered(each as ConsentAction, aspect.action, effect)),
  );
}

function purposeMatch({ purpose }: Scope, aspect: Aspect): Condition {
  if (purpose === undefined || purpose === UNENFORCEABLE) return TRUE;
  return constant(purposeWithinAny(aspect.purpose, purpose));
}

// A9: a deny outlasts its period, a permit does not.
function periodMatch({ period }: Scope, effect: Effect): Condition {
  if (period === undefined || period === UNENFORCEABLE) return TRUE;
  if (period === 'never') return FALSE;
  const [from, until] = period;
  return and(
    from === null ? TRUE : not(atom({ op: 'before', at: from })),
    until === null || effect === 'deny' ? TRUE : atom({ op: 'before', at: until }),
  );
}

function typeMatch({ type }: Scope): Condition {
  if (type === undefined || type === UNENFORCEABLE) return TRUE;
  return atom({ op: 'type', types: type.filter(isResourceType) });
}

function labelMatch({ label }: Scope, effect: Effect, { domain }: Aspect): Condition {
  if (label === undefined || label === UNENFORCEABLE) return TRUE;
  const ranks = label.filter(isConfidentialityCode).map((code) => CONFIDENTIALITY[code]);
  const mask = label
    .filter((code) => !isConfidentialityCode(code))
    .reduce((bits, code) => bits | sensitivityClosure(code), 0n);
  if (effect === 'permit') {
    return or(
      ...ranks.map((rank) => atom({ op: 'at-most', rank })),
      mask === 0n ? FALSE : atom({ op: 'labelled', mask }),
    );
  }
  const op = domain.confidentialityDeny === 'exact' ? 'exactly' : 'at-least';
  return or(
    ...ranks.map((rank) => atom({ op, rank })),
    mask === 0n ? FALSE : atom({ op: 'labelled', mask: mask | UNKNOWN_SENSITIVITY }),
    atom({ op: 'unlabelled' }),
  );
}

function actorMatch({ actor }: Scope, effect: Effect): Condition {
  if (actor === undefined || actor === UNENFORCEABLE) return TRUE;
  return atom({ op: 'actor-in', ...actor, whenMissing: effect === 'deny' });
}

function instanceMatch({ instance }: Scope, effect: Effect): Condition {
  if (instance === undefined || instance === UNENFORCEABLE) return TRUE;
  return or(
    ...instance.map(({ type, first, count }) =>
      isResourceType(type)
        ? atom({ op: 'instance-in', type, first, count, whenMissing: effect === 'deny' })
        : FALSE,
    ),
  );
}

// LAW: a permit reaches guarded notes only where its labels name them.
function guard({ label }: Scope): Condition {
  const named: readonly string[] = label === undefined || label === UNENFORCEABLE ? [] : label;
  const mask = GUARDED_CODES.filter((code) => !named.includes(code)).reduce(
    (bits, code) => bits | sensitivityBit(code),
    0n,
  );
  return mask === 0n ? TRUE : not(atom({ op: 'labelled', mask }));
}
