import { compartmentPatients, type Resource } from '@holdfast/fhir';
import type { PatientId, ResourceKey } from '@holdfast/kernel';
import type { RowFacts } from '@holdfast/store';
import type { Action, Actor } from '../actor.ts';
import { type Explanation, explain } from '../explain/explain.ts';
import { labelsOf } from '../labels/labels-of.ts';
import type { ConsentModel } from '../model/consent-model.ts';
import { parseConsent } from '../model/parse-consent.ts';
import { type Rulebook, STARTER_RULEBOOK } from '../rulebook.ts';
import { ConsentEngine, type PatientConsents } from './consent-engine.ts';

/** May `actor` do `action` with this resource at this instant? */
export interface MemoryQuestion {
  readonly actor: Actor;
  readonly action: Action;
  readonly resource: Resource;
  /** ms since 1970. */
  readonly nowMs: number;
}

interface OnFile extends PatientConsents {
  readonly key: ResourceKey;
  readonly ties: readonly string[];
  readonly consents: readonly ConsentModel[];
}

/**
 * Consents in memory, for a service that keeps records elsewhere: the same decisions and
 * explanations as behind the store, for resources handed over whole.
 */
export class MemoryConsents {
  readonly #rulebook: Rulebook;
  readonly #engine: ConsentEngine;
  readonly #patients = new Map<string, OnFile>();

  constructor(rulebook: Rulebook = STARTER_RULEBOOK) {
    this.#rulebook = rulebook;
    this.#engine = new ConsentEngine(rulebook);
  }

  /**
   * Takes over what a patient has on file, in place of what was there before.
   * @param consents FHIR R4 or R5 Consent resources; none means that the default decides
   * @param nowMs when they were written, ms since 1970
   */
  put(patient: PatientId, consents: readonly unknown[], nowMs: number): readonly ConsentModel[] {
    const models = consents.map((each) => parseConsent(each));
    const before = this.#patients.get(patient);
    const key = before?.key ?? (BigInt(this.#patients.size + 1) as ResourceKey);
    const interned = this.#engine.intern(models, nowMs);
    this.#patients.set(patient, { key, ties: before?.ties ?? [], consents: models, ...interned });
    return models;
  }

  /**
   * Takes over who is what to a patient that was `put`, in place of who was before.
   * @param ties e.g. `care-team:Practitioner/x`, as `tieKey` spells them
   */
  relate(patient: PatientId, ties: readonly string[]): void {
    const before = this.#patients.get(patient);
    if (before !== undefined) this.#patients.set(patient, { ...before, ties });
  }

  /** A patient that was never `put` counts as unknown: nothing permits. */
  decide({ actor, action, resource, nowMs }: MemoryQuestion): boolean {
    return this.#engine.decide(actor, action, { row: this.#row(resource), nowMs });
  }

  /** The reasons for what `decide` answers. */
  explain({ actor, action, resource, nowMs }: MemoryQuestion): Explanation {
    const { owner, others } = compartmentPatients(resource);
    const consentsOf = (id: string | null) => this.#patients.get(id ?? '')?.consents ?? [];
    return explain(
      { actor, action, nowMs, rulebook: this.#rulebook },
      {
        row: this.#row(resource),
        consents: consentsOf(owner),
        othersConsents: others.map(consentsOf),
      },
    );
  }

  #row(resource: Resource): RowFacts {
    const { owner, others } = compartmentPatients(resource);
    const { patient, ...patientFacts } = this.#patient(owner ?? '');
    return {
      type: resource.resourceType,
      id: resource.id ?? '',
      ...labelsOf(resource),
      content: JSON.stringify(resource),
      ...patientFacts,
      patient: owner === null ? null : patient,
      others: others.map((id) => this.#patient(id)),
    };
  }

  #patient(id: string): RowFacts['others'][number] {
    const onFile = this.#patients.get(id);
    if (onFile === undefined) return UNKNOWN;
    const { key, consentClass, residual, ties } = onFile;
    return { patient: key, patientId: id, consentClass, residual, ties };
  }
}

// As a row whose patient has no state: what is missing opens nothing (CON-3).
const UNKNOWN: RowFacts['others'][number] = {
  patient: 0n as ResourceKey,
  patientId: null,
  consentClass: 0,
  residual: [],
  ties: [],
};
