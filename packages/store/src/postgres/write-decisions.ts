import { type Clock, Fault, type TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import type { GateSource } from '../access-gate.ts';
import { storeFault } from '../errors.ts';
import { CONSENT_REFRESHES_MAX } from '../limits.ts';
import {
  authorise,
  type DecidedAt,
  missingReference,
  missingVersions,
  patientsOf,
  referencesToDecide,
  refuseBlindEdits,
} from '../write-authority.ts';
import type { WritePlan } from '../write-plan.ts';
import { currentRows } from './current.ts';
import { KnownPatientStates } from './patient-states.ts';

export interface WriteGates {
  /** Decides what the writer may change. */
  readonly gates: GateSource;
  /** Decides what it may refer to beside that, e.g. what it may read. */
  readonly finds?: GateSource;
}

export interface Deciding {
  readonly db: Queryable;
  readonly plan: WritePlan;
  /** The plan's locks are held on `db`: what is read there stays as it is. */
  readonly locked: boolean;
}

/**
 * Decides plans before they are written. A decision costs no round trip where the patients are known
 * and nothing else in a record is referred to; the write itself checks that it still holds.
 */
export class WriteDecisions {
  readonly #tenant: TenantId;
  readonly #clock: Clock;
  readonly #states = new KnownPatientStates();

  constructor(tenant: TenantId, clock: Clock) {
    this.#tenant = tenant;
    this.#clock = clock;
  }

  /** @throws Fault STORE_FORBIDDEN, STORE_REFERENCE_MISSING, STORE_CONSENT_UNSETTLED */
  async decide(deciding: Deciding, gates: WriteGates): Promise<DecidedAt> {
    try {
      return await this.#decide(deciding, gates);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      // A permission that is outdated fails when it is written; a refusal has to be looked at again.
      await this.outdated(deciding.plan, gates);
      return await this.#decide(deciding, gates);
    }
  }

  async #decide({ db, locked, plan }: Deciding, { gates, finds }: WriteGates): Promise<DecidedAt> {
    const ids = patientsOf(plan);
    let gate = gates.current();
    for (let attempt = 0; attempt <= CONSENT_REFRESHES_MAX; attempt++) {
      const { states, epoch } = locked
        ? await this.#states.fresh(db, this.#tenant, ids)
        : { states: await this.#states.of(db, this.#tenant, ids), epoch: gate.epoch };
      const nowMs = this.#clock.now().getTime();
      if (epoch <= gate.epoch && authorise(plan, gate, { states, nowMs }) === 'authorised') {
        if (finds !== undefined) refuseBlindEdits(plan.changes, finds.current());
        await this.#decideReferences(db, plan, finds === undefined ? [gates] : [gates, finds]);
        const absent = ids.filter((id) => !states.has(id));
        return { epoch: gate.epoch, states, absent };
      }
      gate = await gates.refresh(nowMs);
    }
    throw storeFault('STORE_CONSENT_UNSETTLED', { retryAfterSeconds: 1 });
  }

  /** What was known when the plan was decided has changed. */
  async outdated(plan: WritePlan, { gates }: WriteGates): Promise<void> {
    this.#states.forget(patientsOf(plan));
    await gates.refresh(this.#clock.now().getTime());
  }

  /** Invariant 8: what may not be seen can't be told from what is not there by referring to it. */
  async #decideReferences(
    db: Queryable,
    plan: WritePlan,
    either: readonly GateSource[],
  ): Promise<void> {
    let undecided = referencesToDecide(plan);
    let names: readonly ResourceName[] = withVersioned(undecided, plan);
    let hidden: string[] = [];
    const versions = new Map<string, number>();
    for (const gates of either) {
      const rows = await currentRows(db, gates, { tenant: this.#tenant, names });
      for (const [name, { version }] of rows) versions.set(name, version.version);
      undecided = undecided.filter(({ type, id }) => rows.get(`${type}/${id}`)?.released === false);
      hidden = undecided.map(({ type, id }) => `${type}/${id}`);
      names = undecided;
    }
    if (hidden.length > 0) throw missingReference(hidden, plan.changes);
    const missing = missingVersions(plan, versions);
    if (missing.length > 0) throw missingReference(missing, plan.changes);
  }
}

type ResourceName = Pick<WritePlan['targets'][number], 'type' | 'id'>;

/** With what a version of is referred to, each once: it is read in the same statement. */
function withVersioned(
  undecided: readonly ResourceName[],
  { versioned }: WritePlan,
): readonly ResourceName[] {
  if (versioned.length === 0) return undecided;
  const every = [...undecided, ...versioned];
  return [...new Map(every.map((each) => [`${each.type}/${each.id}`, each])).values()];
}
