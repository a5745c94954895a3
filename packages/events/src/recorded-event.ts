import type { Brand, PatientId, ResourceKey, TenantId } from '@holdfast/kernel';
import type { Cursor } from './cursor.ts';

export type EventId = Brand<string, 'EventId'>;

/** FHIR interaction that made the version the event tells of. */
export type Interaction = 'create' | 'update' | 'delete';

/**
 * How soon decision support looks at an event, as its writer judged: at once, since a patient's danger
 * may hang on it; in its turn; or not at all. A group that handles `now` alone waits behind no bulk.
 */
export type Urgency = 'now' | 'routine' | 'none';

/** Whose order an event is part of: a patient, or the resource itself where it names none. */
export interface StreamRef {
  readonly tenant: TenantId;
  readonly stream: ResourceKey;
}

/** One row of the log. It carries no clinical content: consumers read the version it names. */
export interface RecordedEvent extends StreamRef {
  /** Place in the whole log. */
  readonly position: Cursor;
  /** Place in its stream, from 1, without holes. */
  readonly seq: bigint;
  /** UUIDv7; the idempotency key of effects outside the database. */
  readonly eventId: EventId;
  readonly interaction: Interaction;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly version: number;
  readonly patientId: PatientId | null;
  readonly confidentiality: number;
  readonly sensitivity: bigint;
  readonly urgency: Urgency;
  readonly actor: string;
  readonly requestId: string;
  readonly occurredAt: Date;
}

/** Which events a group handles; an absent part means any. Others are never read for it. */
export interface EventFilter {
  readonly resourceTypes?: readonly string[];
  readonly interactions?: readonly Interaction[];
  readonly urgencies?: readonly Urgency[];
  readonly tenants?: readonly TenantId[];
}

/** What filters look at. */
export type EventHead = Pick<RecordedEvent, 'tenant' | 'resourceType' | 'interaction' | 'urgency'>;

export function matches(filter: EventFilter, event: EventHead): boolean {
  return (
    (filter.resourceTypes?.includes(event.resourceType) ?? true) &&
    (filter.interactions?.includes(event.interaction) ?? true) &&
    (filter.urgencies?.includes(event.urgency) ?? true) &&
    (filter.tenants?.includes(event.tenant) ?? true)
  );
}

/** A stream as a map key. */
export function streamKey(ref: StreamRef): string {
  return `${ref.tenant}:${ref.stream}`;
}
