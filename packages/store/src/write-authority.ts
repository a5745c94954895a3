import { compartmentParameters, type ResourceType } from '@holdfast/fhir';
import type { Fault, ResourceKey } from '@holdfast/kernel';
import type { AccessGate, Release, RowFacts } from './access-gate.ts';
import { storeFault, Withheld } from './errors.ts';
import type { WriteIntent } from './write-intent.ts';
import { type Change, versionName, type WritePlan } from './write-plan.ts';

/** What a decision about a patient's data needs of `patient_state`. */
export interface PatientState {
  readonly patient: ResourceKey;
  readonly consentClass: number;
  readonly residual: readonly string[];
  readonly ties: readonly string[];
  /** Counts the changes of this patient's consents: a write names the one it was decided at. */
  readonly consentEpoch: bigint;
}

/** The rank N: see {@link authorise}. */
const ORDINARY = 2;

/** The consent state by which a write was decided; it must still hold when it is written. */
export interface DecidedAt {
  /** `tenant_state.consent_epoch` of the gate. */
  readonly epoch: bigint;
  readonly states: PatientStates;
  /** Ids of patients who were not there. */
  readonly absent: readonly string[];
}

/** States by patient id; a patient who is not there has none. */
export type PatientStates = ReadonlyMap<string, PatientState>;

/** Stands for every tie: whoever asks by it is told what policy says of a patient who is theirs. */
export const ANY_TIE = '*';

/**
 * A patient without a state: created by the same transaction, or not there at all, which the
 * statement refuses. Either way policy alone decides, so that neither tells from the other.
 */
const UNKNOWN = { patient: 0n as ResourceKey, consentClass: 0, residual: [], ties: [ANY_TIE] };

/** Patients, stored already, whose consents decide about a plan. */
export function patientsOf({ changes }: WritePlan): string[] {
  const born = new Set(changes.filter(bearsPatient).map(({ id }) => id));
  const named = changes.flatMap((change) => [
    ...patientsNamed(change),
    change.outgoing?.owner ?? null,
  ]);
  return [...new Set(named)].filter((id) => id !== null).filter((id) => !born.has(id));
}

const patientsNamed = ({ owner, others }: Change): readonly string[] =>
  owner === null ? others : [owner, ...others];

const bearsPatient = ({ type, expected }: Change): boolean => type === 'Patient' && expected === 0;

/**
 * Decides what a plan's changes become: who may not write into a record may not write it by
 * creating, moving or relabelling either (invariant 1). What the writer may never write is
 * forbidden; what a patient's consents forbid looks as if that patient were not there.
 * @returns 'stale' where the gate must be refreshed first
 * @throws Fault STORE_FORBIDDEN, STORE_REFERENCE_MISSING
 */
export function authorise(
  plan: WritePlan,
  gate: AccessGate,
  { states, nowMs }: { readonly states: PatientStates; readonly nowMs: number },
): 'authorised' | 'stale' {
  if (nowMs >= gate.validUntil) return 'stale';
  const stateOf = (id: string) => states.get(id) ?? UNKNOWN;
  for (const change of plan.changes) {
    const facts = factsAfter(change, stateOf);
    const release = gate.decide(facts, nowMs);
    if (release.kind === 'stale') return 'stale';
    if (release.kind === 'hide') {
      refuse(change, facts, gate.decide(withoutConsents(facts), nowMs));
    }
  }
  return 'authorised';
}

/**
 * As ordinary data: whoever may keep a record may also note down what is sensitive, and may be
 * unable to read it later.
 */
function factsAfter(
  change: Change,
  stateOf: (id: string) => Omit<PatientState, 'consentEpoch'>,
): RowFacts {
  const { type, id, content, owner, others } = change;
  const subject = (patientId: string) => {
    const { patient, consentClass, residual, ties } = stateOf(patientId);
    return { patient, patientId, consentClass, residual, ties };
  };
  const nobody = { patient: null, patientId: null, consentClass: 0, residual: [], ties: [] };
  return {
    type,
    id,
    content,
    ...(owner === null ? nobody : subject(owner)),
    confidentiality: ORDINARY,
    sensitivity: 0n,
    others: others.map(subject),
  };
}

/** The same row of patients of whom nothing is known: what is left is the organisation's policy. */
const withoutConsents = (facts: RowFacts): RowFacts => ({
  ...facts,
  ...(facts.patient !== null && UNKNOWN),
  others: facts.others.map(({ patientId }) => ({ ...UNKNOWN, patientId })),
});

/**
 * Who may not see all of a resource may not write over it: what it does not see would be lost, or told
 * by what comes back.
 * @param reader what the writer may read
 * @throws Fault STORE_ELEMENTS_HIDDEN
 */
export function refuseBlindEdits(
  changes: readonly Pick<Change, 'type' | 'expected' | 'content' | 'place'>[],
  reader: Pick<AccessGate, 'hides'>,
): void {
  const blind = changes.filter(
    ({ type, expected, content }) =>
      expected > 0 && content !== null && reader.hides(type).length > 0,
  );
  if (blind.length === 0) return;
  throw storeFault('STORE_ELEMENTS_HIDDEN', { expression: blind.map(({ place }) => place) });
}

/** The same of patches that were not carried out yet. */
export function refuseBlindPatches(
  intents: readonly WriteIntent[],
  reader: Pick<AccessGate, 'hides'>,
): void {
  for (const intent of intents) {
    if (intent.kind !== 'patch' && intent.kind !== 'patch-matching') continue;
    const types = intent.kind === 'patch' ? [intent.type] : intent.matching.types;
    if (types.some((type) => reader.hides(type).length > 0)) {
      throw storeFault('STORE_ELEMENTS_HIDDEN');
    }
  }
}

/** Only the audit learns whose data was withheld. */
function refuse(change: Change, facts: RowFacts, byPolicyAlone: Release): never {
  if (byPolicyAlone.kind !== 'release') {
    throw storeFault('STORE_FORBIDDEN', { expression: [change.place] });
  }
  const cause = new Withheld(facts);
  if (change.content === null) throw storeFault('STORE_NOT_FOUND', { cause });
  const names = patientsNamed(change).map((id) => `Patient/${id}`);
  throw missingReference(names, [change], cause);
}

/** @param names `Type/id` of what is not there, or looks so to this writer */
export function missingReference(
  names: readonly string[],
  holders: readonly Pick<Change, 'referencePaths'>[],
  cause?: Withheld,
): Fault {
  const expression = holders.flatMap(({ referencePaths }) =>
    names.flatMap((name) => referencePaths.get(name) ?? []),
  );
  return storeFault('STORE_REFERENCE_MISSING', {
    ...(cause && { cause }),
    expression,
    diagnostics: `Not found here: ${expression.join(', ') || 'a referenced resource'}.`,
  });
}

/**
 * References that could point at what the writer may not see: into patients' records, other than
 * those that the plan itself is decided by. They are resolved under the gate like a read.
 */
export function referencesToDecide({ changes, targets }: WritePlan): WritePlan['targets'] {
  const decided = new Set(changes.flatMap(patientsNamed));
  return targets.filter(
    ({ position, type, id }) =>
      position === null && mayBeSomeones(type) && !(type === 'Patient' && decided.has(id)),
  );
}

/**
 * Versions that a plan refers to and that are not there. Versions are counted from 1 without a gap and
 * stay, so that the current one tells; one that the plan itself writes is there too.
 * @param current by `Type/id`; what it lacks is not there at all, which the statement says
 */
export function missingVersions(
  { changes, versioned }: Pick<WritePlan, 'changes' | 'versioned'>,
  current: ReadonlyMap<string, number>,
): string[] {
  const written = new Map(changes.map(({ type, id, version }) => [`${type}/${id}`, version]));
  return versioned
    .filter(({ type, id, version }) => {
      const name = `${type}/${id}`;
      const newest = written.get(name) ?? current.get(name);
      return newest !== undefined && !(isVersion(version) && Number(version) <= newest);
    })
    .map(versionName);
}

const isVersion = (text: string): boolean => /^[1-9]\d{0,9}$/.test(text);

const mayBeSomeones = (type: ResourceType): boolean =>
  type === 'Patient' || type === 'Provenance' || compartmentParameters(type).length > 0;
