import type { PatientId, ResourceKey, TenantId } from '@holdfast/kernel';
import type { EventHead, EventId, Interaction, RecordedEvent, Urgency } from '../recorded-event.ts';
import type { SnapshotBounds } from '../wake-plan.ts';

/** A row of `event` as the driver gives it: 64-bit numbers as text. */
export interface EventRow {
  tenant: number;
  xid: string;
  id: string;
  stream: string;
  seq: string;
  event_id: string;
  interaction: string;
  resource_type: string;
  resource_id: string;
  version: number;
  patient_id: string | null;
  confidentiality: number;
  sensitivity: string;
  urgency: number;
  actor: string;
  request_id: string;
  occurred_at: Date;
}

/** As the column `urgency` holds it. */
export const URGENCY_CODES: Readonly<Record<Urgency, number>> = { now: 0, routine: 1, none: 2 };
const URGENCIES: readonly Urgency[] = ['now', 'routine', 'none'];

/** The select list of an `EventRow` over an alias. */
export const EVENT_COLUMNS = (alias: string): string =>
  [
    'tenant, xid, id, stream, seq, event_id, interaction, resource_type, resource_id, version',
    'patient_id, confidentiality, sensitivity, urgency, actor, request_id, occurred_at',
  ]
    .flatMap((line) => line.split(', '))
    .map((column) => `${alias}.${column}`)
    .join(', ');

type HeadRow = Pick<EventRow, 'tenant' | 'resource_type' | 'interaction' | 'urgency'>;

export function eventHead(row: HeadRow): EventHead {
  return {
    tenant: row.tenant as TenantId,
    interaction: row.interaction as Interaction, // held by constraint eve_interaction
    resourceType: row.resource_type,
    urgency: URGENCIES[row.urgency] ?? 'none',
  };
}

export function recordedEvent(row: EventRow): RecordedEvent {
  return {
    ...eventHead(row),
    stream: BigInt(row.stream) as ResourceKey,
    position: { xid: BigInt(row.xid), id: BigInt(row.id) },
    seq: BigInt(row.seq),
    eventId: row.event_id as EventId,
    resourceId: row.resource_id,
    version: row.version,
    patientId: row.patient_id as PatientId | null,
    confidentiality: row.confidentiality,
    sensitivity: BigInt(row.sensitivity),
    actor: row.actor,
    requestId: row.request_id,
    occurredAt: row.occurred_at,
  };
}

/** `pg_snapshot_xmin` and `pg_snapshot_xmax` of the snapshot that a read was made in. */
export interface SnapshotColumns {
  readonly snapshot_oldest: string;
  readonly snapshot_next: string;
}

export function snapshotOf(row: SnapshotColumns): SnapshotBounds {
  return { oldest: BigInt(row.snapshot_oldest), next: BigInt(row.snapshot_next) };
}
