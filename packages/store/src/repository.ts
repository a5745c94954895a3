import { type JsonObject, type Resource, type ResourceType, typeCode } from '@holdfast/fhir';
import { type Clock, type Random, type TenantId, uuidV7 } from '@holdfast/kernel';
import type { AuditRow } from '@holdfast/ledger';
import type { Queryable } from '@holdfast/postgres';
import type { Pool } from 'pg';
import type { GateSource, PatientProjection } from './access-gate.ts';
import { storeFault } from './errors.ts';
import { NO_INDEX_ROWS, systemsOf } from './index-rows.ts';
import { type Described, describe, indexed } from './indexed.ts';
import { WRITE_ATTEMPTS_MAX } from './limits.ts';
import type { Dictionary } from './postgres/dictionary.ts';
import { type DecidedVersion, fenced } from './postgres/fenced.ts';
import { commitWrite, type WriteRefusal } from './postgres/write.ts';
import { PATIENT_STATE_JOIN, PROJECTION, SNAPSHOT } from './stored-row.ts';
import { type Change, planWrite, type WritePlan } from './write-plan.ts';

/** What a caller wants written. Resources carry their id; content is completed with `meta` here. */
export type WriteIntent =
  | { readonly kind: 'create'; readonly resource: Resource & { readonly id: string } }
  | {
      readonly kind: 'put';
      readonly resource: Resource & { readonly id: string };
      /** Version of If-Match. */
      readonly ifMatch?: number | undefined;
    }
  | {
      readonly kind: 'delete';
      readonly type: ResourceType;
      readonly id: string;
      readonly ifMatch?: number | undefined;
    };

/** Makes the audit records that commit with the changes, anew for each attempt. */
export interface WriteAudit {
  prepare(changes: readonly Change[]): readonly AuditRow[];
  /** The attempt was undone, and its records with it. */
  release(rows: readonly AuditRow[]): void;
}

export interface WriteContext {
  readonly gates: GateSource;
  /** FHIR reference of who writes. */
  readonly actor: string;
  readonly requestId: string;
  readonly audit: WriteAudit;
  /**
   * Further work in the same transaction, e.g. a consumer's inbox and offset. With it the write
   * runs in the given transaction and is not tried again here.
   */
  readonly transaction?: Queryable;
}

export interface Labels {
  readonly confidentiality: number;
  readonly sensitivity: bigint;
}

export interface RepositoryOptions {
  readonly tenant: TenantId;
  /** Connections of the application role, bound to the tenant. */
  readonly pool: Pool;
  readonly dictionary: Dictionary;
  readonly clock: Clock;
  readonly random: Random;
  /** Security labels of a resource; see `@holdfast/consent`. */
  readonly labelsOf: (resource: Resource) => Labels;
  readonly projections: readonly PatientProjection[];
  /** Told of each write, e.g. to wake whoever waits for events or audit records. */
  readonly onWritten?: () => void;
}

const CURRENT_ROWS = {
  name: 'store_current_rows',
  text: `select snapshot.consent_epoch, snapshot.now_ms, q.* from ${SNAPSHOT}
    left join lateral (
      select ${PROJECTION} from unnest($2::smallint[], $3::text[]) as wanted(type, id)
      join resource r on r.tenant = $1 and r.type = wanted.type and r.id = wanted.id
      ${PATIENT_STATE_JOIN}) q on true`,
};

const nameOf = (intent: WriteIntent): { type: ResourceType; id: string } =>
  intent.kind === 'delete'
    ? intent
    : { type: intent.resource.resourceType, id: intent.resource.id };

/** The write side of the FHIR store: versions, index rows, events and audit records as one. */
export class FhirRepository {
  readonly #options: RepositoryOptions;

  constructor(options: RepositoryOptions) {
    this.#options = options;
  }

  /**
   * Carries out all intents in one transaction, in order.
   * @throws Fault STORE_NOT_FOUND, STORE_VERSION_CONFLICT, STORE_ID_IN_USE, STORE_REFERENCE_MISSING,
   *   STORE_CONTENTION, STORE_CONSENT_UNSETTLED; nothing is written then
   */
  async write(intents: readonly WriteIntent[], context: WriteContext): Promise<readonly Change[]> {
    const described = intents.map((intent) =>
      intent.kind === 'delete' ? null : describe(intent.resource),
    );
    await this.#options.dictionary.register(
      described.flatMap((d) => (d === null ? [] : [...systemsOf(d.entries)])),
    );
    for (let attempt = 1; ; attempt++) {
      const current = await this.#current(intents, context);
      const changes = intents.map((intent, i) =>
        this.#change(intent, described[i] ?? null, current),
      );
      const due = changes.filter((change) => change !== null);
      const plan = planWrite(this.#options.tenant, due);
      const refusal = await this.#commit(plan, context);
      if (refusal === null) {
        this.#options.onWritten?.();
        return due;
      }
      this.#refuse(refusal, plan, described);
      if (attempt >= WRITE_ATTEMPTS_MAX || context.transaction) {
        throw storeFault('STORE_CONTENTION', { retryAfterSeconds: 1 });
      }
    }
  }

  async #commit(plan: WritePlan, context: WriteContext): Promise<WriteRefusal | null> {
    const { tenant, pool, projections } = this.#options;
    const { actor, requestId, transaction } = context;
    const audit = context.audit.prepare(plan.changes);
    const request = { tenant, actor, requestId, audit, projections };
    let refusal: WriteRefusal | null | undefined;
    try {
      refusal = await commitWrite({ pool, ...(transaction && { transaction }) }, plan, request);
      return refusal;
    } finally {
      if (refusal !== null) context.audit.release(audit);
    }
  }

  /** Rows that an update or delete starts from; creates with a fresh id need no look-up. */
  async #current(
    intents: readonly WriteIntent[],
    context: WriteContext,
  ): Promise<Map<string, DecidedVersion>> {
    const wanted = intents.filter((intent) => intent.kind !== 'create').map(nameOf);
    if (wanted.length === 0) return new Map();
    const values = [
      this.#options.tenant,
      wanted.map((w) => typeCode(w.type)),
      wanted.map((w) => w.id),
    ];
    const db = context.transaction ?? this.#options.pool;
    const { rows } = await fenced(db, context.gates, () => ({ ...CURRENT_ROWS, values }));
    return new Map(rows.map((row) => [`${row.version.type}/${row.version.id}`, row]));
  }

  /** @returns null where there is nothing to do: a delete of what is deleted already. */
  #change(
    intent: WriteIntent,
    described: Described | null,
    current: ReadonlyMap<string, DecidedVersion>,
  ): Change | null {
    const { type, id } = nameOf(intent);
    const row = current.get(`${type}/${id}`);
    // Hidden and absent answer alike; a PUT onto a hidden resource must not overwrite it.
    if (row !== undefined && !row.released) throw storeFault('STORE_NOT_FOUND');
    const before = row?.version;
    if (
      intent.kind !== 'create' &&
      intent.ifMatch !== undefined &&
      intent.ifMatch !== before?.version
    ) {
      throw storeFault('STORE_VERSION_CONFLICT');
    }
    if (intent.kind === 'delete') {
      if (before === undefined) throw storeFault('STORE_NOT_FOUND');
      return before.deleted ? null : this.#deletion(before);
    }
    return this.#content(intent.resource, described ?? describe(intent.resource), before);
  }

  #outgoing(
    before: DecidedVersion['version'] | undefined,
  ): Pick<Change, 'outgoing' | 'formerOwner'> {
    if (before === undefined || before.content === null)
      return { outgoing: null, formerOwner: before?.facts.patient ?? null };
    const resource = JSON.parse(before.content) as Resource;
    return {
      outgoing: indexed(resource, describe(resource), this.#options.dictionary),
      formerOwner: before.facts.patient,
    };
  }

  #deletion(before: DecidedVersion['version']): Change {
    const { clock, random } = this.#options;
    const { facts } = before;
    return {
      interaction: 'delete',
      type: before.type,
      id: before.id,
      key: before.key,
      expected: before.version,
      version: before.version + 1,
      updated: clock.now().toISOString(),
      content: null,
      confidentiality: facts.confidentiality,
      sensitivity: facts.sensitivity,
      references: [],
      at: '-infinity',
      atEnd: '-infinity',
      owner: facts.patientId,
      ownerBy: 0,
      others: [],
      rows: NO_INDEX_ROWS,
      ...this.#outgoing(before),
      eventId: uuidV7(clock, random),
    };
  }

  #content(
    resource: Resource & { readonly id: string },
    described: Described,
    before: DecidedVersion['version'] | undefined,
  ): Change {
    const { clock, random, dictionary, labelsOf } = this.#options;
    const updated = clock.now().toISOString();
    const version = (before?.version ?? 0) + 1;
    const { resourceType, id, meta: given, ...elements } = resource;
    const meta = {
      ...(given as JsonObject | undefined),
      versionId: String(version),
      lastUpdated: updated,
    };
    return {
      interaction: before === undefined ? 'create' : 'update',
      type: resource.resourceType,
      id: resource.id,
      key: before?.key ?? null,
      expected: before?.version ?? 0,
      version,
      updated,
      content: JSON.stringify({ resourceType, id, meta, ...elements }),
      ...labelsOf(resource),
      references: described.references,
      ...indexed(resource, described, dictionary),
      ...this.#outgoing(before),
      eventId: uuidV7(clock, random),
    };
  }

  #refuse(refusal: WriteRefusal, plan: WritePlan, described: readonly (Described | null)[]): void {
    if (refusal.kind !== 'reference-missing') return;
    const expression: string[] = [];
    for (const position of refusal.targets) {
      const target = plan.targets[position];
      if (target === undefined) continue;
      for (const d of described) {
        const path = d?.referencePaths.get(`${target.type}/${target.id}`);
        if (path !== undefined) expression.push(path);
      }
    }
    throw storeFault('STORE_REFERENCE_MISSING', {
      expression,
      diagnostics: `Not found here: ${expression.join(', ') || 'a referenced resource'}.`,
    });
  }
}
