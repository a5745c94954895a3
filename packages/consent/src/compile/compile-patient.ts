import { err, ok, type Result } from '@holdfast/kernel';
import { and, atom, type Condition, FALSE, not, or, TRUE } from '../condition/condition.ts';
import { sensitivityClosure } from '../labels/sensitivity-dictionary.ts';
import { BEYOND_EMERGENCY } from '../law/guards.ts';
import { MAX_CONDITION_SIZE } from '../limits.ts';
import { purposeWithin } from '../purposes/purpose-of-use.ts';
import { DEFAULT_CEILING, defaultCovers, isEmergencyPurpose } from '../rulebook.ts';
import { UNENFORCEABLE } from './canonical-class.ts';
import { type Aspect, isUnenforceable, matchCondition, type Scope } from './compile-provision.ts';
import type { Placed, PlacedProvision } from './slots.ts';

/** Layer 2 of one patient for one purpose. */
export interface PatientConditions {
  /** deny > permit > weak deny > default. */
  readonly release: Condition;
  /** A consent permits and none denies; no default. */
  readonly explicit: Condition;
  /** Layer 3: emergency access opens what layer 2 alone denied. */
  readonly glass: Condition;
}

export function compilePatient(
  consents: readonly Placed[],
  aspect: Aspect,
  emergency: boolean,
): Result<PatientConditions, 'condition-too-large'> {
  const speaking = consents.filter(
    ({ research }) => research === undefined || purposeWithin(aspect.purpose, 'HRESCH'),
  );
  const answers: Answer[] = [];
  for (const consent of speaking) {
    const answer = consentAnswer(consent, aspect);
    if (!answer.ok) return answer;
    answers.push(answer.value);
  }
  const deny = or(...answers.map((each) => each.deny));
  const weak = or(...answers.map((each) => each.weak));
  const explicit = and(not(deny), or(...answers.map((each) => each.permit)));
  const release = or(explicit, and(not(deny), not(weak), defaultCondition(aspect)));
  if (release.size > MAX_CONDITION_SIZE) return err('condition-too-large');
  const firm = or(...answers.map((each) => each.firm));
  return ok({ release, explicit, glass: and(glassCondition(aspect, emergency), not(firm)) });
}

interface Verdict {
  readonly deny: Condition;
  readonly permit: Condition;
  /** Denied by a provision that names an emergency purpose: layer 3 has no say. */
  readonly firm: Condition;
}

interface Answer extends Verdict {
  readonly weak: Condition;
}

function consentAnswer(consent: Placed, aspect: Aspect): Result<Answer, 'condition-too-large'> {
  const verdict = evaluate(consent.root, {}, { consent, aspect });
  if (!verdict.ok) return verdict;
  const { deny, permit, firm } = verdict.value;
  const inForce = and(
    consent.from === null ? TRUE : not(atom({ op: 'before', at: consent.from })),
    consent.until === null ? TRUE : atom({ op: 'before', at: consent.until }),
  );
  // A11: the root of a permit that does not match. A12: that of a deny says nothing.
  const weak = consent.root.effect === 'permit' ? and(not(deny), not(permit)) : FALSE;
  return ok({
    deny: and(inForce, deny),
    permit: and(inForce, permit),
    firm: and(inForce, firm),
    weak: and(inForce, weak),
  });
}

// deny in children -> deny; permit in children -> permit; match -> effect (A4).
function evaluate(
  node: PlacedProvision,
  inherited: Scope,
  scene: { readonly consent: Placed; readonly aspect: Aspect },
): Result<Verdict, 'condition-too-large'> {
  const scope: Scope = { ...inherited, ...node.stated };
  const denies = scene.consent.unenforceable === true || isUnenforceable(scope);
  const effect = denies ? 'deny' : node.effect;
  const children: Verdict[] = [];
  for (const child of node.children) {
    const verdict = evaluate(child, scope, scene);
    if (!verdict.ok) return verdict;
    children.push(verdict.value);
  }
  const childDenies = or(...children.map(({ deny }) => deny));
  const childPermits = or(...children.map(({ permit }) => permit));
  const match = matchCondition(scope, effect, scene.aspect);
  const childFirm = or(...children.map(({ firm }) => firm));
  const isFirm = effect === 'deny' && namesEmergency(scope);
  const itself = and(not(childDenies), not(childPermits), match);
  const verdict =
    effect === 'deny'
      ? {
          deny: or(childDenies, and(not(childPermits), match)),
          permit: and(not(childDenies), childPermits),
          firm: isFirm ? or(childFirm, itself) : childFirm,
        }
      : {
          deny: childDenies,
          permit: and(not(childDenies), or(childPermits, match)),
          firm: childFirm,
        };
  const isTooLarge = verdict.deny.size + verdict.permit.size > MAX_CONDITION_SIZE;
  return isTooLarge ? err('condition-too-large') : ok(verdict);
}

const namesEmergency = ({ purpose }: Scope): boolean =>
  purpose !== undefined && purpose !== UNENFORCEABLE && purpose.some(isEmergencyPurpose);

const NO_SENSITIVITY = not(atom({ op: 'labelled', mask: (1n << 63n) - 1n }));

function defaultCondition({ domain, purpose }: Aspect): Condition {
  if (!defaultCovers(domain.default, purpose)) return FALSE;
  return and(atom({ op: 'at-most', rank: DEFAULT_CEILING }), NO_SENSITIVITY);
}

function glassCondition({ domain, purpose }: Aspect, emergency: boolean): Condition {
  if (!emergency || !isEmergencyPurpose(purpose) || domain.default === 'deny') return FALSE;
  const mask = domain.firm.reduce(
    (bits, code) => bits | sensitivityClosure(code),
    BEYOND_EMERGENCY,
  );
  return not(atom({ op: 'labelled', mask }));
}
