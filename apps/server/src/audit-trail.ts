import type { Actor } from '@holdfast/consent';
import type { Clock, PatientId, Random, RequestId } from '@holdfast/kernel';
import {
  type AuditAction,
  type AuditAppender,
  type AuditEvent,
  type AuditOutcome,
  type AuditProducer,
  type AuditRow,
  prepareAudit,
  type TagKey,
} from '@holdfast/ledger';
import type { Change, RowFacts, WriteAudit } from '@holdfast/store';
import { NAMED_A_BATCH } from './limits.ts';

export interface AuditTrailOptions {
  readonly appender: AuditAppender;
  readonly producer: AuditProducer;
  readonly tagKey: TagKey;
  readonly clock: Clock;
  readonly random: Random;
}

/** Who asks, and the request all its records belong to. */
export interface Audited {
  readonly actor: Actor;
  readonly requestId: RequestId;
}

export interface Access {
  readonly interaction: string;
  readonly action: AuditAction;
  /** `Type/id/_history/v`, or the search as sent. */
  readonly target: string | null;
  readonly outcome: AuditOutcome;
  readonly epoch: bigint;
}

const SUCCESS: AuditOutcome = 0;

const ACTION_OF: Readonly<Record<Change['interaction'], AuditAction>> = {
  create: 'C',
  update: 'U',
  delete: 'D',
};

/** Invariant 2, No silent answer: what was seen, written or refused, durable before the answer. */
export class AuditTrail {
  readonly #options: AuditTrailOptions;

  constructor(options: AuditTrailOptions) {
    this.#options = options;
  }

  /** One record a patient whose data was released or refused; one without patient if there was none. */
  async accessed(who: Audited, access: Access, rows: readonly RowFacts[]): Promise<void> {
    const patients = new Map<string, RowFacts>();
    for (const row of rows) if (row.patientId !== null) patients.set(row.patientId, row);
    const about = patients.size === 0 ? [null] : [...patients.values()];
    const events = about.map((row) => this.#event(who, access, row));
    await this.#options.appender.append(events.map((event) => this.#prepare(who, event)));
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
      const rows = about.slice(from, from + NAMED_A_BATCH).map((patientId) =>
        this.#prepare(who, {
          ...this.#who(who),
          interaction,
          action: 'R',
          target,
          outcome: SUCCESS,
          patientId,
          decision: null,
        }),
      );
      await this.#options.appender.append(rows);
    }
  }

  /** The records of a write: they commit with the data. */
  forWrite(who: Audited): WriteAudit {
    return {
      prepare: (changes) =>
        changes.map((change) =>
          this.#prepare(who, {
            ...this.#who(who),
            action: ACTION_OF[change.interaction],
            interaction: change.interaction,
            outcome: SUCCESS,
            target: `${change.type}/${change.id}/_history/${change.version}`,
            patientId: change.owner,
            decision: null,
          }),
        ),
      release: (rows) => this.#options.producer.release(rows),
    };
  }

  #who({
    actor,
    requestId,
  }: Audited): Pick<AuditEvent, 'requestId' | 'actor' | 'roles' | 'purposes'> {
    return { requestId, actor: actor.principal, roles: actor.roles, purposes: actor.purposes };
  }

  #event(who: Audited, access: Access, row: RowFacts | null): AuditEvent {
    const { interaction, action, target, outcome, epoch } = access;
    return {
      ...this.#who(who),
      interaction,
      action,
      target,
      outcome,
      patientId: row?.patientId ?? null,
      decision:
        row === null
          ? null
          : {
              consentClass: row.consentClass,
              epoch,
              verdict: outcome === SUCCESS ? 'release' : 'hide',
            },
    };
  }

  #prepare({ actor }: Audited, event: AuditEvent): AuditRow {
    const { producer, tagKey, clock, random } = this.#options;
    return prepareAudit(event, { tenant: actor.tenant, tagKey, producer, clock, random });
  }
}
