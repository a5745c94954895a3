import { err, ok, type Result } from '@holdfast/kernel';
import { and, atom, type Condition, FALSE, not, or, TRUE } from '../condition/condition.ts';
import { sensitivityClosure } from '../labels/sensitivity-dictionary.ts';
import { BEYOND_EMERGENCY } from '../law/guards.ts';
import { MAX_CONDITION_SIZE } from '../limits.ts';
import { purposeWithin } from '../purposes/purpose-of-use.ts';
import { DEFAULT_CEILING, defaultCovers, emergencyOf, isEmergencyPurpose } from '../rulebook.ts';
import { UNENFORCEABLE } from './canonical-class.ts';
import { type Aspect, isUnenforceable, matchCondition, type Scope } from './compile-provision.ts';
import type { Placed, PlacedProvision } from './slots.ts';

/** Layer 2 of one patient for one purpose. */
export interface PatientConditions {
  /** deny > permit > weak deny > default. */
  readonly release: Condition;
  /** As `release`, with ordinary data open by default whatever the purpose. */
  readonly ordinary: Condition;
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
  const answered = answersOf(consents, aspect);
  if (!answered.ok) return answered;
  const glass = compileGlass(consents, aspect, emergency);
  if (!glass.ok) return glass;
  const answers = answered.value;
  const deny = or(...answers.map((each) => each.deny));
  const weak = or(...answers.map((each) => each.weak));
  const explicit = and(not(deny), or(...answers.map((each) => each.permit)));
  const otherwise = (covered: boolean): Condition =>
    or(explicit, and(not(deny), not(weak), covered ? ORDINARY : FALSE));
  const release = otherwise(defaultCovers(aspect.domain.default, aspect.purpose));
  if (release.size > MAX_CONDITION_SIZE) return err('condition-too-large');
  return ok({ release, ordinary: otherwise(true), explicit, glass: glass.value });
}

function answersOf(
  consents: readonly Placed[],
  aspect: Aspect,
): Result<readonly Answer[], 'condition-too-large'> {
  const answers: Answer[] = [];
  for (const consent of consents) {
    if (consent.research !== undefined && !purposeWithin(aspect.purpose, 'HRESCH')) continue;
    const answer = consentAnswer(consent, aspect);
    if (!answer.ok) return answer;
    answers.push(answer.value);
  }
  return ok(answers);
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

const speaksOfEmergency = ({ stated, children }: PlacedProvision): boolean =>
  namesEmergency(stated) || children.some(speaksOfEmergency);

const NO_SENSITIVITY = not(atom({ op: 'labelled', mask: (1n << 63n) - 1n }));

/** What a default ever opens. */
const ORDINARY = and(atom({ op: 'at-most', rank: DEFAULT_CEILING }), NO_SENSITIVITY);

const HOLDS_GLASS = atom({ op: 'tied', kinds: ['break-glass'], to: 'subject' });

/**
 * Layer 3. Who declared an emergency for the whole request has it for every patient; who holds
 * emergency access to this patient has it for treatment, which then counts as emergency treatment.
 */
function compileGlass(
  consents: readonly Placed[],
  aspect: Aspect,
  emergency: boolean,
): Result<Condition, 'condition-too-large'> {
  const { domain, purpose } = aspect;
  const isDeclared = emergency && isEmergencyPurpose(purpose);
  if (domain.default === 'deny' || !(isDeclared || purposeWithin(purpose, 'TREAT'))) {
    return ok(FALSE);
  }
  // Nearly no consent speaks of emergencies; only of those that do is a second reading worth its cost.
  const spoken = consents.some(({ root }) => speaksOfEmergency(root)) ? consents : [];
  const answers = answersOf(spoken, { ...aspect, purpose: emergencyOf(purpose) });
  if (!answers.ok) return answers;
  const firm = or(...answers.value.map((each) => each.firm));
  const mask = domain.firm.reduce(
    (bits, code) => bits | sensitivityClosure(code),
    BEYOND_EMERGENCY,
  );
  const opens = and(not(atom({ op: 'labelled', mask })), not(firm));
  return ok(and(isDeclared ? TRUE : HOLDS_GLASS, opens));
}
