import type { AuditBody } from '@holdfast/ledger';
import { bodyOf, type LogRecord } from '../log-record.ts';
import { type AuditSource, agentsOf } from './agents.ts';
import { entitiesOf, patientEntity } from './entities.ts';
import { interactionKind } from './interaction-kind.ts';

const PROFILE = 'https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.';
const REDACTED = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'REDACTED',
} as const;

export interface AuditEventContext {
  readonly source: AuditSource;
  /** Id of the patient the question named: known to who asks, even where the body is gone. */
  readonly patientId?: string | undefined;
  /** It goes to the patient: what else a query asked for, and of whom, is left out. */
  readonly toPatient?: boolean;
}

/** A FHIR R4 AuditEvent (https://hl7.org/fhir/R4/auditevent.html) as JSON. */
export type AuditEventJson = {
  readonly resourceType: 'AuditEvent';
  readonly id: string;
  readonly [element: string]: unknown;
};

/** A search can name other people: by their ids, by their names. Which type was searched stays. */
function withoutQuery(body: AuditBody): AuditBody {
  const query = body.target?.indexOf('?') ?? -1;
  return query < 0 ? body : { ...body, target: body.target?.slice(0, query) ?? null };
}

/**
 * A record of the log as AuditEvent, by the RESTful patterns of IHE BALP 1.1 where they fit: what
 * succeeded, and whose body can be read. It names a profile only then. What erasure took is left out
 * and said to be (`meta.security` REDACTED).
 */
export function auditEventOf(record: LogRecord, context: AuditEventContext): AuditEventJson {
  const { leaf, actor, auditId } = record;
  const { type, subtype, pattern } = interactionKind(leaf.type);
  const body = bodyOf(record);
  const told = body === null || context.toPatient !== true ? body : withoutQuery(body);
  const withheld = told?.target !== body?.target;
  const entities = told === null ? erasedEntities(context.patientId) : entitiesOf(told, pattern);
  const fits =
    pattern !== undefined &&
    leaf.outcome === 0 &&
    body !== null &&
    body.target !== null &&
    !withheld;
  const profile = `${PROFILE}${typeof body?.patient === 'string' ? 'Patient' : ''}${pattern ?? ''}`;
  return {
    resourceType: 'AuditEvent',
    id: auditId,
    meta: {
      lastUpdated: leaf.ts,
      ...(fits && { profile: [profile] }),
      ...((body === null || withheld) && { security: [REDACTED] }),
    },
    type,
    subtype,
    action: leaf.action,
    recorded: leaf.ts,
    outcome: String(leaf.outcome),
    ...(leaf.outcome !== 0 && { outcomeDesc: 'Refused or failed.' }),
    agent: agentsOf({
      ...{ actor, pattern, source: context.source },
      roles: body?.roles ?? [],
      purposes: leaf.purpose,
    }),
    source: {
      site: context.source.site,
      observer: { identifier: { value: leaf.producer.process }, display: 'Holdfast' },
      type: [{ system: 'http://terminology.hl7.org/CodeSystem/security-source-type', code: '4' }],
    },
    ...(entities.length > 0 && { entity: entities }),
  };
}

const erasedEntities = (patientId: string | undefined): readonly object[] =>
  patientId === undefined ? [] : [patientEntity(patientId, null)];
