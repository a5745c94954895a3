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
import { sensitivityClosure, UNKNOWN_SENSITIVITY } from '../labels/sensitivity-dictionary.ts';
import { GUARDS, isGuardMet } from '../law/guards.ts';
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
export interface Scope extends Omit<ClassProvision, 'effect' | 'actor' | 'data' | 'but'> {
  readonly actor?: Slots | typeof UNENFORCEABLE;
  readonly data?: readonly (Slots & { readonly kind: string })[] | typeof UNENFORCEABLE;
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
    classMatch(scope.class, effect),
    classMatch(scope.document, effect),
    codeMatch(scope, effect),
    dataPeriodMatch(scope, effect),
    labelMatch(scope, effect, aspect),
    actorMatch(scope, effect),
    dataMatch(scope, effect),
    effect === 'permit' ? guarded(scope, aspect) : TRUE,
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

function classMatch(values: Scope['class'], effect: Effect): Condition {
  if (values === undefined || values === UNENFORCEABLE) return TRUE;
  const ofKind = (kind: string): readonly string[] =>
    values.filter((each) => each.startsWith(`${kind} `)).map((each) => each.slice(kind.length + 1));
  const types = ofKind('type').filter(isResourceType);
  return or(
    types.length === 0 ? FALSE : atom({ op: 'type', types }),
    inContent('profile', ofKind('profile'), effect),
    inContent('class-coding', ofKind('coding'), effect),
  );
}

function codeMatch({ code }: Scope, effect: Effect): Condition {
  if (code === undefined || code === UNENFORCEABLE) return TRUE;
  return inContent('coding', code, effect);
}

const inContent = (
  op: 'profile' | 'class-coding' | 'coding',
  values: readonly string[],
  effect: Effect,
): Condition =>
  values.length === 0 ? FALSE : atom({ op, values, whenMissing: effect === 'deny' });

function dataPeriodMatch({ dataPeriod }: Scope, effect: Effect): Condition {
  if (dataPeriod === undefined || dataPeriod === UNENFORCEABLE) return TRUE;
  const [from, until] = dataPeriod;
  return atom({ op: effect === 'permit' ? 'within' : 'overlapping', from, until });
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

function dataMatch({ data }: Scope, effect: Effect): Condition {
  if (data === undefined || data === UNENFORCEABLE) return TRUE;
  const whenMissing = effect === 'deny';
  return or(
    ...data.map(({ kind, first, count }) => {
      const slots = { first, count, whenMissing };
      if (kind === 'related') return atom({ op: 'refers-to', ...slots });
      if (kind === 'authoredby') return atom({ op: 'authored-by', ...slots });
      return isResourceType(kind) ? atom({ op: 'instance-in', type: kind, ...slots }) : FALSE;
    }),
  );
}

// LAW: a permit reaches guarded data only where it names what the law wants named.
function guarded({ label, purpose }: Scope, aspect: Aspect): Condition {
  const named = {
    labels: label === UNENFORCEABLE ? undefined : label,
    purposes: purpose === UNENFORCEABLE ? undefined : purpose,
  };
  const mask = GUARDS.filter((guard) => !isGuardMet(guard, named, aspect.purpose)).reduce(
    (bits, guard) => bits | guard.mask,
    0n,
  );
  return mask === 0n ? TRUE : not(atom({ op: 'labelled', mask }));
}
