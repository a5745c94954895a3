import {
  type AuditEventJson,
  auditEventOf,
  bodyOf,
  type LogRecord,
  LogRecords,
  type RecordPosition,
} from '@holdfast/compliance';
import type { Actor } from '@holdfast/consent';
import {
  extractIndexEntries,
  type Issue,
  parseSearch,
  problemIssue,
  type Resource,
  type SearchQuery,
} from '@holdfast/fhir';
import type { Clock, TenantId } from '@holdfast/kernel';
import { AuditBodies, type KeyRing, type LogKeys } from '@holdfast/ledger';
import type { Queryable } from '@holdfast/postgres';
import type { CursorSeal, StoredVersion } from '@holdfast/store';
import { meetsCriteria } from '@holdfast/subscriptions';
import { type Audited, type AuditTrail, SUCCESS } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';
import { invalid } from '../http/fhir-exchange.ts';
import { refuseUnknown } from '../http/refuse-unknown.ts';
import type { ScopeLetter } from '../http/scoped-actor.ts';
import { type AuditEventQuestion, questionOf, sealedPosition } from './question.ts';

export interface AuditEventViewParts {
  readonly tenant: TenantId;
  readonly keys: LogKeys;
  readonly ring: KeyRing;
  readonly audit: AuditTrail;
  readonly seal: CursorSeal;
  readonly clock: Clock;
  /** FHIR address of this server, without a slash at its end. */
  readonly fhirAddress: () => string;
}

export interface AuditEventSearch {
  readonly db: Queryable;
  readonly parameters: URLSearchParams;
  /** Whose compartment is searched. */
  readonly compartment?: string;
  /** Parameters that are not understood are refused. */
  readonly strict: boolean;
}

/** A page of events, in the form the store gives its own. */
export interface AuditEventPage {
  readonly query: SearchQuery;
  readonly versions: readonly StoredVersion[];
  readonly next: string | null;
}

/** For whom an event is written: of which patient, where one was named, and whether to them. */
interface Reader {
  readonly patientId: string | undefined;
  readonly toPatient: boolean;
}

/**
 * The audit log as FHIR AuditEvents. Compliance officers see all, patients what is about themselves;
 * every look is itself recorded, for each patient it showed something of.
 */
export class AuditEventView {
  readonly #parts: AuditEventViewParts;
  readonly #records: LogRecords;

  constructor(parts: AuditEventViewParts) {
    const { tenant, ring } = parts;
    this.#parts = parts;
    this.#records = new LogRecords({ tenant, bodies: new AuditBodies({ tenant, ring }) });
  }

  /** @throws Fault SERVER_FORBIDDEN; InvalidBody naming what a search of the log cannot answer */
  async search(
    who: Audited,
    { db, parameters, compartment, strict }: AuditEventSearch,
  ): Promise<AuditEventPage> {
    const { audit, clock } = this.#parts;
    const own = ownOnly(who.actor, 's');
    const base = `${this.#parts.fhirAddress()}/`;
    const parsed = parseSearch({ types: ['AuditEvent'] }, parameters, { base });
    if (!parsed.ok) throw invalid(400, parsed.error.map(problemIssue));
    const query = parsed.value;
    if (strict) refuseUnknown(query);
    const nowMs = clock.now().getTime() + 1;
    const question = questionOf(query, { compartment, own, nowMs });
    if (!question.ok) throw invalid(400, question.error);
    const { patientId } = question.value;
    if (own !== undefined && patientId !== own) throw serverFault('SERVER_FORBIDDEN');
    const reader = { patientId, toPatient: own !== undefined };
    const { records, next } = await this.#page(db, query, { ...question.value, ...reader });
    const shown = patientId === undefined ? patientsOf(records) : [patientId];
    const target = `AuditEvent?${parameters.toString()}`;
    const access = { interaction: 'search-type', action: 'E', target, outcome: SUCCESS } as const;
    await audit.accessed(who, { ...access, epoch: 0n, named: shown }, []);
    return {
      query,
      versions: records.map((record) => this.#version(record, reader)),
      next: next === null ? null : this.#seal(query, next),
    };
  }

  /** @returns null where the log has no such record, or not for the actor */
  async read(db: Queryable, who: Audited, id: string): Promise<StoredVersion | null> {
    if (!may(who.actor, 'r')) return null;
    const record = await this.#records.find(db, id);
    if (record === null || record.leaf.id !== id) return null;
    const own = ownOnly(who.actor, 'r');
    if (own !== undefined && record.patientTag?.equals(this.#tagOf(own)) !== true) return null;
    const target = `AuditEvent/${id}`;
    const access = { interaction: 'read', action: 'R', target, outcome: SUCCESS } as const;
    const named = own === undefined ? patientsOf([record]) : [own];
    await this.#parts.audit.accessed(who, { ...access, epoch: 0n, named }, []);
    return this.#version(record, { patientId: own, toPatient: own !== undefined });
  }

  async #page(db: Queryable, query: SearchQuery, question: AuditEventQuestion & Reader) {
    const { patientId, criteria, from, until } = question;
    return this.#records.page(db, {
      ...{ from, until, count: query.count },
      patientTag: patientId === undefined ? null : this.#tagOf(patientId),
      after: this.#open(query),
      matches: (record) => {
        const resource = this.#event(record, question);
        const entries = extractIndexEntries(resource);
        return meetsCriteria({ resource, entries, updatedMs: record.recorded.getTime() }, criteria);
      },
    });
  }

  #event(record: LogRecord, { patientId, toPatient }: Reader) {
    const { keys, tenant, fhirAddress } = this.#parts;
    const source = { address: fhirAddress(), site: keys.originOf(tenant) };
    return auditEventOf(record, { source, patientId, toPatient }) as AuditEventJson & Resource;
  }

  #version(record: LogRecord, reader: Reader): StoredVersion {
    const { patientId } = reader;
    const event = this.#event(record, reader);
    const { auditId: id, recorded } = record;
    return {
      ...{ key: 0n as StoredVersion['key'], type: 'AuditEvent', id, version: 1 },
      updated: recorded.toISOString(),
      deleted: false,
      content: JSON.stringify(event),
      facts: {
        ...{ type: 'AuditEvent', id, patient: null, patientId: patientId ?? null },
        ...{ confidentiality: 0, sensitivity: 0n, content: null, consentClass: 0 },
        ...{ residual: [], ties: [], others: [] },
      },
    };
  }

  #tagOf(patientId: string): Buffer {
    const { keys, tenant } = this.#parts;
    return keys.tagKey.tag({ kind: 'patient', tenant, value: patientId });
  }

  #open(query: SearchQuery) {
    if (query.cursor === undefined) return null;
    const opened = this.#parts.seal.open(query.cursor, fingerprint(query));
    if (!opened.ok) throw invalid(400, [FOREIGN_CURSOR]);
    const [recorded] = opened.value.values;
    return { recorded: recorded ?? '', auditId: opened.value.key };
  }

  #seal(query: SearchQuery, next: RecordPosition) {
    return this.#parts.seal.seal(sealedPosition(next), fingerprint(query));
  }
}

/** Unlike a search of the store with the same words. */
function fingerprint(query: SearchQuery): string {
  const { cursor: _cursor, unknown: _unknown, ...rest } = query;
  return `log ${JSON.stringify(rest)}`;
}

const FOREIGN_CURSOR: Issue = {
  severity: 'error',
  code: 'value',
  diagnostics: '_cursor: of another search, or none of ours',
  mend: 'Follow the link "next" as it is, or start again without _cursor.',
};

/** Patients that a page tells something of. */
const patientsOf = (records: readonly LogRecord[]): string[] => [
  ...new Set(records.flatMap((record) => bodyOf(record)?.patient ?? [])),
];

/** Whether scopes let the actor at audit events at all; filters of a scope speak of what they lack. */
function may({ roles, principal, scopes }: Actor, letter: ScopeLetter): boolean {
  const scoped =
    scopes === undefined ||
    scopes.some(
      ({ type, permissions, filters }) =>
        (type === '*' || type === 'AuditEvent') &&
        permissions.includes(letter) &&
        filters.length === 0,
    );
  return scoped && (roles.includes('compliance-officer') || principal.startsWith('Patient/'));
}

/**
 * The one patient whose records the actor may see; undefined: all.
 * @throws Fault SERVER_FORBIDDEN
 */
function ownOnly(actor: Actor, letter: ScopeLetter): string | undefined {
  if (!may(actor, letter)) throw serverFault('SERVER_FORBIDDEN');
  const { principal, roles, scopes = [] } = actor;
  const all =
    roles.includes('compliance-officer') && scopes.every((each) => each.context !== 'patient');
  if (all) return undefined;
  if (principal.startsWith('Patient/')) return principal.slice('Patient/'.length);
  throw serverFault('SERVER_FORBIDDEN');
}
