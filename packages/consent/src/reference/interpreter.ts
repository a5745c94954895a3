import { ANY_TIE, type RowFacts } from '@holdfast/store';
import type { Action, Actor } from '../actor.ts';
import { UNLABELLED } from '../labels/confidentiality.ts';
import { sensitivityClosure } from '../labels/sensitivity-dictionary.ts';
import { BEYOND_EMERGENCY } from '../law/guards.ts';
import type { LawRule } from '../law/law-table.ts';
import type { ConsentModel } from '../model/consent-model.ts';
import type { OrgRule } from '../org/access-policy.ts';
import { isInGroup } from '../org/type-groups.ts';
import { purposeWithin, purposeWithinAny } from '../purposes/purpose-of-use.ts';
import type { Relationship, TieKind } from '../relations/relationship.ts';
import { emergencyOf, isEmergencyPurpose, type PolicyDomain, type Rulebook } from '../rulebook.ts';
import type { Question } from './matching.ts';
import { isExplicitPermit, isFirmlyDenied, patientLayer } from './patient-layer.ts';
import type { Reason } from './reason.ts';
import { isWithinScopes } from './scope-matching.ts';

export interface AccessRequest {
  readonly actor: Actor;
  readonly action: Action;
  readonly nowMs: number;
  readonly rulebook: Rulebook;
}

/** A row and, for each patient it names, that patient's consents as they are on file. */
export interface AccessSubject {
  readonly row: RowFacts;
  /** Consents of the patient in whose compartment the row lies; ignored where `row.patient` is null. */
  readonly consents: readonly ConsentModel[];
  /** Consents of the other patients, in the order of `row.others`. */
  readonly othersConsents: readonly (readonly ConsentModel[])[];
}

/**
 * `decide` of the semantics, written to be read and compared with them: slow, without any
 * compilation, and with its reasons. The engine must agree with it on every input (CON-1).
 */
export function interpret(request: AccessRequest, subject: AccessSubject): Reason {
  const { purposes } = request.actor;
  if (purposes.length === 0) {
    const words = 'no purpose was stated, so nothing can permit';
    return { layer: 'request', rule: 'A16', outcome: 'deny', words, because: [] };
  }
  const { row } = subject;
  const isNameless = row.patient !== null && row.patientId === null;
  if (isNameless || row.others.some(({ patientId }) => patientId === null)) {
    const words = 'the row names a patient of whom nothing is known, so nothing can permit';
    return { layer: 'request', rule: 'CON-3', outcome: 'deny', words, because: [] };
  }
  if (!isWithinScopes(request, row)) {
    const words = 'the scopes of the token do not reach this';
    return { layer: 'request', rule: 'SMART', outcome: 'deny', words, because: [] };
  }
  const each = purposes.map((purpose) => decidePurpose(request, subject, purpose));
  const denied = each.filter(({ outcome }) => outcome !== 'permit');
  if (each.length === 1 && each[0] !== undefined) return each[0];
  return {
    layer: 'request',
    rule: 'A16',
    outcome: denied.length === 0 ? 'permit' : 'deny',
    words: denied.length === 0 ? 'every purpose permits' : 'a purpose does not permit',
    because: denied.length === 0 ? each : denied,
  };
}

function decidePurpose(request: AccessRequest, subject: AccessSubject, purpose: string): Reason {
  const { actor, action, nowMs, rulebook } = request;
  const law = lawSays({ request, purpose, row: subject.row });
  if (law !== undefined) return law;
  const rules = rulebook.policy.rules.filter((rule) =>
    applies(rule, { request, purpose, row: subject.row }),
  );
  const deny = rules.find(({ effect }) => effect === 'deny');
  if (deny !== undefined) return orgReason(deny, 'deny');
  const permits = rules.filter(({ effect }) => effect === 'permit');
  if (permits.length === 0) {
    const tied = rulebook.policy.rules.find(
      (rule) => rule.effect === 'permit' && isAbout(rule, { request, purpose, row: subject.row }),
    );
    if (tied?.relationship !== undefined) return untied(tied, tied.relationship, actor);
    const words = `no rule of policy ${rulebook.policy.version} lets ${actor.roles.join(', ')} ${action} ${subject.row.type} for ${purpose}`;
    return { layer: 'org', rule: 'no-permit', outcome: 'deny', words, because: [] };
  }
  const q: Question = { actor, action, purpose, row: subject.row, nowMs, domain: rulebook.domain };
  const tried = permits.map((rule) => throughPatients(rule, q, subject));
  const permit = tried.find(({ outcome }) => outcome === 'permit');
  if (permit !== undefined) return permit;
  const primary =
    subject.row.patient === null ? [] : [{ consents: subject.consents, ties: subject.row.ties }];
  const others = subject.othersConsents.map((consents, index) => ({
    consents,
    ties: subject.row.others[index]?.ties ?? [],
  }));
  return glass(q, permits, { tried, patients: [...primary, ...others] });
}

// A permit that would do, were it not for who asks: "no rule" would send its reader to the wrong page.
function untied(rule: OrgRule, relationship: readonly Relationship[], actor: Actor): Reason {
  const words =
    `rule ${rule.id} asks for a relationship with this patient ` +
    `(${relationship.filter((each) => each !== 'no-patient').join(', ')}), and ${actor.principal} has none`;
  return { layer: 'org', rule: 'no-permit', outcome: 'deny', words, because: [] };
}

interface Applied {
  readonly request: AccessRequest;
  readonly purpose: string;
  readonly row: RowFacts;
}

// Layer 0: the first word, before organisation and patient.
function lawSays(asked: Applied): Reason | undefined {
  const rules = asked.request.rulebook.law.filter((rule) => isLawAbout(rule, asked));
  const found = rules.find(({ effect }) => effect === 'deny') ?? rules[0];
  return (
    found && {
      layer: 'law',
      rule: found.id,
      outcome: found.effect,
      words: found.because,
      because: [],
    }
  );
}

function isLawAbout(rule: LawRule, asked: Applied): boolean {
  const { row } = asked;
  if (!isAbout(rule, asked)) return false;
  const isUnlabelled = row.confidentiality === UNLABELLED;
  const isLabelled = (row.sensitivity & rule.labels) !== 0n;
  if (rule.effect === 'permit') return !isUnlabelled && !isLabelled;
  return rule.labels === 0n || isUnlabelled || isLabelled;
}

function isAbout(
  rule: Pick<LawRule, 'roles' | 'actions' | 'purposes' | 'types'>,
  { request: { actor, action }, purpose, row }: Applied,
): boolean {
  return (
    rule.roles.some((role) => actor.roles.includes(role)) &&
    rule.actions.includes(action) &&
    purposeWithinAny(purpose, rule.purposes) &&
    rule.types.some((group) => isInGroup(row.type, group))
  );
}

function applies(rule: OrgRule, asked: Applied): boolean {
  const { request, row } = asked;
  return (
    isAbout(rule, asked) &&
    (rule.relationship?.some((each) => isRelated(each, request.actor, row)) ?? true)
  );
}

function isRelated(relationship: Relationship, actor: Actor, row: RowFacts): boolean {
  if (relationship === 'self') {
    return row.patientId !== null && row.patientId === actor.patientId;
  }
  if (relationship === 'no-patient') return row.patient === null;
  return holdsTie(relationship, actor, row.ties);
}

function holdsTie(kind: TieKind, actor: Actor, ties: readonly string[]): boolean {
  if (kind !== 'break-glass' && ties.includes(ANY_TIE)) return true;
  return [actor.principal, ...actor.closure].some((each) => ties.includes(`${kind}:${each}`));
}

// A15: every patient the row names is asked, unless the rule stands on its own.
function throughPatients(rule: OrgRule, q: Question, subject: AccessSubject): Reason {
  const primary = q.row.patient === null ? [] : [subject.consents];
  const asked =
    rule.patientLayer !== 'none'
      ? [...primary, ...subject.othersConsents]
      : rule.relationship === undefined
        ? []
        : subject.othersConsents;
  const asksDefault: Question =
    rule.patientLayer === 'ordinary' ? { ...q, domain: { ...q.domain, default: 'all-normal' } } : q;
  const answers = asked.map((consents) => patientLayer(asksDefault, consents));
  const explicit = rule.patientLayer === 'explicit-permit';
  const isEnough = (answer: Reason): boolean =>
    explicit ? isExplicitPermit(answer) : answer.outcome === 'permit';
  const refusing = answers.filter((answer) => !isEnough(answer));
  if (explicit && q.row.patient === null) {
    const words = 'the rule needs a consent, and the data belongs to no patient';
    return { layer: 'org', rule: rule.id, outcome: 'deny', words, because: [] };
  }
  return refusing.length === 0
    ? { ...orgReason(rule, 'permit'), because: answers }
    : { ...orgReason(rule, 'deny'), layer: 'patient', because: refusing };
}

interface Asked {
  readonly tried: readonly Reason[];
  readonly patients: readonly AskedPatient[];
}

interface AskedPatient {
  readonly consents: readonly ConsentModel[];
  readonly ties: readonly string[];
}

function glass(q: Question, permits: readonly OrgRule[], { tried, patients }: Asked): Reason {
  const overridable =
    q.domain.default !== 'deny' &&
    permits.some(({ patientLayer: layer }) => layer === 'consents') &&
    (q.row.sensitivity & beyondEmergency(q.domain)) === 0n &&
    patients.every(
      (patient) =>
        patientLayer(q, patient.consents).outcome === 'permit' || isEmergency(q, patient),
    );
  if (overridable) {
    const words = 'emergency access: permitted, audited, to be reviewed, and the patient is told';
    return { layer: 'glass', rule: 'GLASS', outcome: 'permit', words, because: tried };
  }
  return {
    layer: 'patient',
    rule: 'A15',
    outcome: 'deny',
    words: 'the organisation permits, the patient layer does not',
    because: tried,
  };
}

function isEmergency(q: Question, { consents, ties }: AskedPatient): boolean {
  const isDeclared = q.actor.emergency && isEmergencyPurpose(q.purpose);
  const isHeld = purposeWithin(q.purpose, 'TREAT') && holdsTie('break-glass', q.actor, ties);
  if (!isDeclared && !isHeld) return false;
  return !isFirmlyDenied({ ...q, purpose: emergencyOf(q.purpose) }, consents);
}

const beyondEmergency = ({ firm }: PolicyDomain): bigint =>
  firm.reduce((mask, code) => mask | sensitivityClosure(code), BEYOND_EMERGENCY);

function orgReason(rule: OrgRule, outcome: 'permit' | 'deny'): Reason {
  return { layer: 'org', rule: rule.id, outcome, words: rule.because, because: [] };
}
