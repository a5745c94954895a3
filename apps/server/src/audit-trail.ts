import type { ErasureParts } from '@holdfast/compliance';
import type { Actor } from '@holdfast/consent';
import {
  type Clock,
  type PatientId,
  type Random,
  type RequestId,
  type TenantId,
  uuidV7,
} from '@holdfast/kernel';
import {
  type AuditAction,
  type AuditAppender,
  type AuditEvent,
  type AuditOutcome,
  type AuditProducer,
  type AuditRow,
  type BodyKeys,
  type CommitIndex,
  ERASE_BODIES,
  FAREWELL,
  prepareAudit,
  type SealedAudit,
  sealRefusalOf,
  type TagKey,
} from '@holdfast/ledger';
import type { Change, DecidedAt, RowFacts, WriteAudit } from '@holdfast/store';
import { NAMED_A_BATCH } from './limits.ts';

export interface AuditTrailOptions {
  readonly appender: AuditAppender;
  readonly producer: AuditProducer;
  readonly bodyKeys: BodyKeys;
  readonly tagKey: TagKey;
  readonly clock: Clock;
  readonly random: Random;
}

/** Who asks, and the request all its records belong to: one object for one request. */
export interface Audited {
  readonly actor: Actor;
  readonly requestId: RequestId;
}

export interface Access {
  readonly interaction: string;
  readonly action: AuditAction;
  /** `Type/id/_history/v`, or the search as sent. */
  readonly target: string | null;
  /** Of the access as a whole; a patient whose data was refused has `MINOR` in their own record. */
  readonly outcome: AuditOutcome;
  /** Of the gate that decided. */
  readonly epoch: bigint;
  /** What was asked for and refused. */
  readonly hidden?: readonly RowFacts[];
  /** About which "no" was answered to a question: nothing was refused to who asked it. */
  readonly denied?: readonly RowFacts[];
  /** Ids of patients that were asked for by name, whether there is anything of theirs or not. */
  readonly named?: readonly string[];
}

/** FHIR AuditEvent.outcome. */
export const SUCCESS: AuditOutcome = 0;
export const MINOR: AuditOutcome = 4;
export const SERIOUS: AuditOutcome = 8;

const ACTION_OF: Readonly<Record<Change['interaction'], AuditAction>> = {
  create: 'C',
  update: 'U',
  delete: 'D',
};

/** A write whose transaction is another's; told by whoever ends it that it came to nothing. */
export interface WriteInTransaction {
  readonly audit: WriteAudit;
  undone(): void;
}

type About = Pick<AuditEvent, 'outcome' | 'patientId' | 'decision'>;

/** Invariant 2, No silent answer: what was seen, written or refused, durable before the answer. */
export class AuditTrail {
  readonly #options: AuditTrailOptions;
  readonly #recorded = new WeakSet<Audited>();
  readonly #denied = new WeakSet<Audited>();
  readonly #withheld = new WeakMap<Audited, RowFacts[]>();

  constructor(options: AuditTrailOptions) {
    this.#options = options;
  }

  /** Whether the request has left a record, so that its end needs none of its own. */
  hasRecorded(who: Audited): boolean {
    return this.#recorded.has(who);
  }

  /** Whether something was withheld from the request. */
  hasDenied(who: Audited): boolean {
    return this.#denied.has(who);
  }

  /** Data that a request turned out to be about and was not given: for the record of its refusal. */
  withheld(who: Audited, facts: RowFacts): void {
    this.#denied.add(who);
    this.#withheld.set(who, [...this.withheldFrom(who), facts]);
  }

  withheldFrom(who: Audited): readonly RowFacts[] {
    return this.#withheld.get(who) ?? [];
  }

  /** One record a patient whose data was released, refused or asked for; one without patient if there was none. */
  async accessed(who: Audited, access: Access, rows: readonly RowFacts[]): Promise<void> {
    const { interaction, action, target, hidden = [] } = access;
    if (hidden.length > 0) this.#denied.add(who);
    const events = recordsAbout(access, rows).map((about) => ({
      ...identified(who),
      interaction,
      action,
      target,
      ...about,
    }));
    await this.#options.appender.append(this.#prepareAll(who, events));
    this.#recorded.add(who);
  }

  /** One record a patient who is named to the actor outside their own data; one if there is none. */
  async named(
    who: Audited,
    { interaction, target }: Pick<Access, 'interaction' | 'target'>,
    patients: readonly PatientId[],
  ): Promise<void> {
    const about = patients.length === 0 ? [null] : patients;
    // In turn: the queue before the log is bounded, and a signal may reach very many.
    for (let from = 0; from < about.length; from += NAMED_A_BATCH) {
      const events = about.slice(from, from + NAMED_A_BATCH).map((patientId) => ({
        ...identified(who),
        interaction,
        action: 'R' as const,
        target,
        outcome: SUCCESS,
        patientId,
        decision: null,
      }));
      await this.#options.appender.append(this.#prepareAll(who, events));
    }
    this.#recorded.add(who);
  }

  /** The records of a write: they commit with the data. */
  forWrite(who: Audited): WriteAudit {
    const { bodyKeys, producer } = this.#options;
    return {
      prepare: (changes, decidedAt) => {
        this.#recorded.add(who);
        const events = changes.map((change) => ({
          ...identified(who),
          action: ACTION_OF[change.interaction],
          interaction: change.interaction,
          outcome: SUCCESS,
          target: `${change.type}/${change.id}/_history/${change.version}`,
          patientId: change.owner,
          decision: writtenBy(change, decidedAt),
          content: change.content ?? '',
        }));
        return this.#sealAll(who, events);
      },
      committed: (audit) => bodyKeys.committed(audit),
      release: ({ rows }) => {
        this.#recorded.delete(who);
        producer.release(rows);
      },
      refused: (refusal) => bodyKeys.refused(refusal),
    };
  }

  /** The same of a write in somebody else's transaction, whose end the store is not told of. */
  forWriteWithin(who: Audited): WriteInTransaction {
    const audit = this.forWrite(who);
    const open = new Set<SealedAudit>();
    return {
      audit: {
        ...audit,
        prepare: (changes, decidedAt) => {
          const sealed = audit.prepare(changes, decidedAt);
          open.add(sealed);
          return sealed;
        },
        release: (sealed) => {
          open.delete(sealed);
          audit.release(sealed);
        },
      },
      undone: () => {
        for (const sealed of open) audit.release(sealed);
        open.clear();
      },
    };
  }

  /**
   * The last record of this process, once nothing else makes any: every number below it is accounted
   * for. As many as it takes to name what was given back.
   */
  async farewell(tenant: TenantId): Promise<void> {
    const { producer, appender, clock, random } = this.#options;
    const who = { actor: ledgerActor(tenant), requestId: uuidV7(clock, random) as RequestId };
    const event = {
      ...identified(who),
      action: 'E',
      interaction: FAREWELL,
      outcome: SUCCESS,
      target: null,
      patientId: null,
      decision: null,
    } as const;
    const rows = this.#prepareAll(who, [event]);
    while (producer.hasVoids) rows.push(...this.#prepareAll(who, [event]));
    await appender.append(rows);
  }

  /** The record that commits to the index of patients; stored with it. */
  forIndex(tenant: TenantId): Pick<CommitIndex, 'prepare' | 'committed' | 'release'> {
    const { clock, random, producer, bodyKeys } = this.#options;
    return {
      prepare: (index) => {
        const who = { actor: ledgerActor(tenant), requestId: uuidV7(clock, random) as RequestId };
        const row = this.#prepare(who, {
          ...identified(who),
          action: 'E',
          interaction: 'index-root',
          outcome: SUCCESS,
          target: null,
          patientId: null,
          decision: null,
          index,
        });
        return bodyKeys.seal([row]);
      },
      committed: (audit) => bodyKeys.committed(audit),
      release: async ({ rows }, cause) => {
        producer.release(rows);
        const refusal = sealRefusalOf(cause);
        if (refusal !== undefined) await bodyKeys.refused(refusal);
      },
    };
  }

  /** The record of an erasure: says that it was, by whom, and of which tag; nothing that names them. */
  forErasure(tenant: TenantId): Pick<ErasureParts, 'record' | 'committed' | 'release'> {
    const { clock, random, producer, bodyKeys } = this.#options;
    return {
      record: ({ id, patientTag, by }) => {
        const actor = { ...ledgerActor(tenant), principal: by };
        const who = { actor, requestId: uuidV7(clock, random) as RequestId };
        const row = this.#prepare(who, {
          ...identified(who),
          action: 'D',
          interaction: ERASE_BODIES,
          outcome: SUCCESS,
          target: `erasure/${id}`,
          patientId: null,
          patientTag,
          decision: null,
        });
        return bodyKeys.seal([row]);
      },
      committed: (audit) => bodyKeys.committed(audit),
      release: async ({ rows }, cause) => {
        producer.release(rows);
        const refusal = sealRefusalOf(cause);
        if (refusal !== undefined) await bodyKeys.refused(refusal);
      },
    };
  }

  #sealAll(who: Audited, events: readonly AuditEvent[]): SealedAudit {
    const { bodyKeys, producer } = this.#options;
    const rows = this.#prepareAll(who, events);
    try {
      return bodyKeys.seal(rows);
    } catch (error) {
      producer.release(rows);
      throw error;
    }
  }

  /** All or none: a number that was drawn for one of them is given back when another can't be made. */
  #prepareAll(who: Audited, events: readonly AuditEvent[]): AuditRow[] {
    const rows: AuditRow[] = [];
    try {
      for (const event of events) rows.push(this.#prepare(who, event));
      return rows;
    } catch (error) {
      this.#options.producer.release(rows);
      throw error;
    }
  }

  #prepare({ actor }: Audited, event: AuditEvent): AuditRow {
    const { producer, tagKey, clock, random } = this.#options;
    return prepareAudit(event, { tenant: actor.tenant, tagKey, producer, clock, random });
  }
}

/** The platform itself, keeping its log. */
const ledgerActor = (tenant: TenantId): Actor => ({
  tenant,
  principal: 'Device/holdfast-ledger',
  closure: ['Device/holdfast-ledger'],
  roles: ['system'],
  purposes: ['HCOMPL'],
  emergency: false,
  tokenId: 'holdfast-ledger',
});

function identified({
  actor,
  requestId,
}: Audited): Pick<AuditEvent, 'requestId' | 'actor' | 'roles' | 'purposes'> {
  return { requestId, actor: actor.principal, roles: actor.roles, purposes: actor.purposes };
}

/** A write that was carried out was permitted, by the state its own transaction held on to. */
function writtenBy({ owner }: Change, { epoch, states }: DecidedAt): AuditEvent['decision'] {
  if (owner === null) return null;
  // A patient of the same transaction has no consents yet.
  return { consentClass: states.get(owner)?.consentClass ?? 0, epoch, verdict: 'release' };
}

/** Pure: what is to be said of each patient, the most telling first known of them. */
function recordsAbout(access: Access, rows: readonly RowFacts[]): About[] {
  const { outcome, epoch, hidden = [], denied = [], named = [] } = access;
  const patients = new Map<string, About>();
  const add = (
    row: RowFacts,
    about: Pick<About, 'outcome'> & { readonly verdict: string },
  ): void => {
    const { patientId, consentClass } = row;
    if (patientId === null || patients.has(patientId)) return;
    const decision = { consentClass, epoch, verdict: about.verdict };
    patients.set(patientId, { patientId, outcome: about.outcome, decision });
  };
  const deniedPatients = new Set(denied.map(({ patientId }) => patientId));
  for (const row of rows) {
    add(row, { outcome, verdict: deniedPatients.has(row.patientId) ? 'mixed' : 'release' });
  }
  for (const row of denied) add(row, { outcome, verdict: 'hide' });
  for (const row of hidden) {
    add(row, { outcome: outcome === SUCCESS ? MINOR : outcome, verdict: 'hide' });
  }
  for (const patientId of named) {
    if (!patients.has(patientId)) patients.set(patientId, { patientId, outcome, decision: null });
  }
  if (patients.size === 0) return [{ patientId: null, outcome, decision: null }];
  return [...patients.values()];
}
