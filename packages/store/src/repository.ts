import type { Resource, SearchQuery } from '@holdfast/fhir';
import { type Clock, Fault, type Random, type TenantId } from '@holdfast/kernel';
import { NOTHING_SEALED, type SealedAudit, type SealRefusal } from '@holdfast/ledger';
import { type Connections, inTransaction, type Queryable } from '@holdfast/postgres';
import type { GateSource, PatientProjection } from './access-gate.ts';
import type { ChangeTools, Labels } from './change.ts';
import { STORE_FAULTS, storeFault } from './errors.ts';
import { WRITE_ATTEMPTS_MAX } from './limits.ts';
import { currentRows } from './postgres/current.ts';
import type { Dictionary } from './postgres/dictionary.ts';
import { findMatches } from './postgres/matches.ts';
import { WriteRefused, type WriteRequest, writeAlone, writeWithin } from './postgres/write.ts';
import { type Deciding, WriteDecisions, type WriteGates } from './postgres/write-decisions.ts';
import type { CursorSeal } from './search/cursor.ts';
import { refuseHidden } from './search/refuse-hidden.ts';
import { bothLocks, covers, planLocks, takeLocks, type WriteLocks } from './stream-lock.ts';
import { type DecidedAt, refuseBlindPatches } from './write-authority.ts';
import {
  type Identified,
  type SearchedReference,
  type WriteIntent,
  type WriteOutcome,
} from './write-intent.ts';
import type { Change, ReferencePolicy, WritePlan } from './write-plan.ts';
import { WriteQueue } from './write-queue.ts';
import { type Prepared, WriteWork } from './write-work.ts';

/** Makes the audit records that commit with the changes, anew for each attempt. */
export interface WriteAudit {
  prepare(changes: readonly Change[], decidedAt: DecidedAt): SealedAudit;
  /** They are durable. Not told of a transaction that somebody else commits. */
  committed(audit: SealedAudit): void;
  /** The attempt was undone, and its records with it. */
  release(audit: SealedAudit): void;
  /** Before a further attempt: why the database did not take the records. */
  refused(refusal: SealRefusal): Promise<void>;
}

export interface WriteContext extends WriteGates {
  /** FHIR reference of who writes. */
  readonly actor: string;
  readonly requestId: string;
  readonly audit: WriteAudit;
  /** Where it runs: connections within the deadline of its request. The repository's own otherwise. */
  readonly connections?: Connections;
  /** Looks at the intents before anything else is done; a throw refuses them. */
  readonly check?: (intents: readonly WriteIntent[]) => Promise<void>;
  /** Looks at what an edit made of a version that its writer may see; a throw refuses it. */
  readonly edited?: (resource: Identified) => void;
  /** References by search in the resources, resolved in the same transaction. */
  readonly searched?: readonly SearchedReference[];
  /** Runs in the transaction after the writes, e.g. the reads of a bundle; a throw undoes all. */
  readonly finish?: (tx: Queryable, outcomes: readonly WriteOutcome[]) => Promise<void>;
  /**
   * Further work in the same transaction, e.g. a consumer's inbox and offset. With it the write
   * runs in the given transaction and is not tried again here.
   */
  readonly transaction?: Queryable;
}

export interface RepositoryOptions {
  readonly tenant: TenantId;
  /** Connections of the application role, bound to the tenant. */
  readonly pool: Connections;
  readonly dictionary: Dictionary;
  readonly seal: CursorSeal;
  readonly clock: Clock;
  readonly random: Random;
  /** Security labels of a resource; see `@holdfast/consent`. */
  readonly labelsOf: (resource: Resource) => Labels;
  /** How soon decision support looks at a resource; not at all unless told otherwise. */
  readonly urgencyOf?: ChangeTools['urgencyOf'];
  readonly projections: readonly PatientProjection[];
  /** Whether PUT of an id that is not in use creates the resource; true unless told otherwise. */
  readonly updateCreates?: boolean;
  /** `enforced` unless told otherwise. */
  readonly references?: ReferencePolicy;
  /** Told of each write, e.g. to wake whoever waits for events or audit records. */
  readonly onWritten?: () => void;
}

/** Locks that an attempt turned out to need beyond those it could still take in order. */
class MoreLocks extends Error {
  override readonly name = 'MoreLocks';
  readonly locks: WriteLocks;

  constructor(locks: WriteLocks) {
    super('more locks');
    this.locks = locks;
  }
}

const isIdInUse = (error: unknown): boolean =>
  error instanceof Fault && error.row === STORE_FAULTS.STORE_ID_IN_USE;

/** The write side of the FHIR store: versions, index rows, events and audit records as one. */
export class FhirRepository {
  readonly #options: RepositoryOptions;
  readonly #queue = new WriteQueue();
  readonly #decisions: WriteDecisions;

  constructor(options: RepositoryOptions) {
    this.#options = options;
    this.#decisions = new WriteDecisions(options.tenant, options.clock);
  }

  /**
   * Carries out all intents in one transaction, in order: all of them or none.
   * @returns one outcome for each intent
   * @throws Fault STORE_*: see docs/writing.md; nothing is written then
   */
  async write(
    intents: readonly WriteIntent[],
    context: WriteContext,
  ): Promise<readonly WriteOutcome[]> {
    await context.check?.(intents);
    // Before it is carried out on what is there: whether a patch fails tells what it tests.
    if (context.finds !== undefined) refuseBlindPatches(intents, context.finds.current());
    const { searched = [], edited } = context;
    const work = new WriteWork(intents, {
      ...this.#options,
      searched,
      ...(edited !== undefined && { edited }),
    });
    // Before a transaction holds a connection, as this takes another one. What a condition asks for
    // is registered too: then the search inside the transaction need not look it up.
    await this.#options.dictionary.register(work.systems());
    const { transaction } = context;
    const done =
      transaction === undefined
        ? await this.#queue.run(work.queueNames(), () => this.#run(work, context))
        : // It holds locks that those in the queue may wait for.
          await this.#given(transaction, work, context);
    this.#options.onWritten?.();
    return done;
  }

  async #run(work: WriteWork, context: WriteContext): Promise<readonly WriteOutcome[]> {
    let refused: WriteRefused | undefined;
    if (work.conditions.length === 0 && context.finish === undefined) {
      const outcome = await this.#atOnce(work, context);
      if (!(outcome instanceof WriteRefused)) return outcome;
      refused = outcome;
    }
    const { tenant } = this.#options;
    let locks = planLocks(tenant, [], work.conditionLocks());
    for (let attempt = 1; attempt < WRITE_ATTEMPTS_MAX; attempt++) {
      try {
        return await this.#locked(locks, work, context);
      } catch (error) {
        if (error instanceof MoreLocks) locks = error.locks;
        else if (error instanceof WriteRefused) refused = work.mayRetry(error);
        // What a condition did not find may have come since: once more, with that resource locked.
        else if (isIdInUse(error) && work.conditions.length > 0 && attempt === 1) {
          locks = bothLocks(locks, planLocks(tenant, work.streams()));
        } else throw error;
      }
    }
    if (refused?.refusal.kind === 'id-in-use') throw storeFault('STORE_ID_IN_USE');
    throw storeFault('STORE_CONTENTION', { retryAfterSeconds: 1 });
  }

  /**
   * The common case: read without a lock, then lock, check versions and write in one statement.
   * @returns the refusal where another writer came between
   */
  async #atOnce(
    work: WriteWork,
    context: WriteContext,
  ): Promise<readonly WriteOutcome[] | WriteRefused> {
    const { connections: pool = this.#options.pool } = context;
    const prepared = await this.#prepare(pool, work, context);
    try {
      const { plan } = prepared;
      await this.#decided(context, async (decide) =>
        writeAlone(pool, plan, await decide({ db: pool, locked: false, plan })),
      );
      return prepared.outcomes;
    } catch (error) {
      if (error instanceof WriteRefused) return work.mayRetry(error);
      throw error;
    }
  }

  /** In somebody else's transaction, who holds the locks it needs. */
  async #given(
    tx: Queryable,
    work: WriteWork,
    context: WriteContext,
  ): Promise<readonly WriteOutcome[]> {
    await this.#settle(tx, work, context);
    const prepared = await this.#prepare(tx, work, context);
    try {
      const { plan } = prepared;
      await this.#decided(context, async (decide) =>
        writeWithin(tx, plan, await decide({ db: tx, locked: true, plan })),
      );
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      work.mayRetry(error);
      throw storeFault('STORE_CONTENTION', { retryAfterSeconds: 1 });
    }
    return prepared.outcomes;
  }

  /**
   * Under the locks: settles conditions and reads what there is in snapshots taken after them.
   * @throws MoreLocks where it turned out to be about streams that are not locked yet
   */
  async #locked(
    locks: WriteLocks,
    work: WriteWork,
    context: WriteContext,
  ): Promise<readonly WriteOutcome[]> {
    let outcomes: readonly WriteOutcome[] = [];
    await this.#decided(context, (decide) =>
      inTransaction(context.connections ?? this.#options.pool, async (tx) => {
        const { plan, outcomes: made } = await this.#lockAndPrepare(tx, locks, { work, context });
        await writeWithin(tx, plan, await decide({ db: tx, locked: true, plan }));
        await context.finish?.(tx, made);
        outcomes = made;
      }),
    );
    return outcomes;
  }

  async #lockAndPrepare(
    tx: Queryable,
    locks: WriteLocks,
    { work, context }: { readonly work: WriteWork; readonly context: WriteContext },
  ): Promise<Prepared> {
    const { tenant } = this.#options;
    await takeLocks(tx, tenant, locks);
    await this.#settle(tx, work, context);
    const first = await this.#prepare(tx, work, context);
    if (covers(locks, first.plan.locks)) return first;
    const held = bothLocks(locks, first.plan.locks);
    // Streams come last in the order of locks: without any yet, they can still be taken.
    if (held.alone || locks.streams.length > 0) throw new MoreLocks(held);
    await takeLocks(tx, tenant, { ...held, conditions: [] });
    const prepared = await this.#prepare(tx, work, context);
    if (!covers(held, prepared.plan.locks) || !work.stillMatches()) {
      throw new MoreLocks(bothLocks(held, prepared.plan.locks));
    }
    return prepared;
  }

  async #settle(tx: Queryable, work: WriteWork, context: WriteContext): Promise<void> {
    const { tenant, dictionary, seal } = this.#options;
    const found = new Map<SearchQuery, Awaited<ReturnType<typeof findMatches>>>();
    const under = (gates: GateSource) => ({ db: tx, tenant, dictionary, seal, gates });
    for (const query of work.conditions) {
      // Whether something is found tells as much as what is found.
      if (context.finds !== undefined) refuseHidden(query, context.finds.current());
      let matches = await findMatches(query, under(context.gates));
      if (matches.length === 0 && context.finds !== undefined) {
        matches = await findMatches(query, under(context.finds));
      }
      found.set(query, matches);
    }
    work.settle((query) => found.get(query) ?? []);
  }

  async #prepare(db: Queryable, work: WriteWork, { gates }: WriteContext): Promise<Prepared> {
    const { tenant, dictionary } = this.#options;
    const current = await currentRows(db, gates, { tenant, names: work.names() });
    await dictionary.register(work.systemsOfEdits(current));
    return work.prepare(current);
  }

  /**
   * Decides, then writes. Audit records of an attempt that comes to nothing are given back: none was
   * written. That is known when the transaction ends, not when its statement does.
   */
  async #decided(
    context: WriteContext,
    attempt: (decide: (deciding: Deciding) => Promise<WriteRequest>) => Promise<void>,
  ): Promise<void> {
    const { tenant, projections } = this.#options;
    const { actor, requestId } = context;
    let plan: WritePlan | undefined;
    let audit = NOTHING_SEALED;
    const giveBack = (): void => {
      if (audit.rows.length > 0) context.audit.release(audit);
      audit = NOTHING_SEALED;
    };
    try {
      await attempt(async (deciding) => {
        // A transaction that ran again prepares anew.
        giveBack();
        plan = deciding.plan;
        const decidedAt = await this.#decisions.decide(deciding, context);
        audit = context.audit.prepare(plan.changes, decidedAt);
        return { tenant, actor, requestId, audit, decidedAt, projections };
      });
      if (context.transaction === undefined) context.audit.committed(audit);
    } catch (error) {
      giveBack();
      const refusal = error instanceof WriteRefused ? error.refusal : undefined;
      if (refusal?.kind === 'consent-changed' && plan !== undefined) {
        await this.#decisions.outdated(plan, context);
      }
      if (refusal?.kind === 'audit-refused') await context.audit.refused(refusal.refusal);
      throw error;
    }
  }
}
