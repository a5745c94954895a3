import { laneOf } from '../lane-plan.ts';
import type { RecordedEvent } from '../recorded-event.ts';

/** The JetStream stream that carries the log. */
export const BROKER_STREAM = 'HOLDFAST_EVENTS';
const PREFIX = 'holdfast.event';
/** Everything the stream takes in. */
export const ALL_EVENTS = `${PREFIX}.>`;

/**
 * Lanes in subjects. A multiple of the relay's own lanes: all events of one subject then pass through
 * one lane of the relay, so a subject holds them in the order of the log.
 */
export const SUBJECT_LANES = 16;

/** `holdfast.event.TENANT.LANE.TYPE`; a patient's events have one lane. */
export function subjectOf(event: RecordedEvent): string {
  return `${PREFIX}.${event.tenant}.${laneOf(event, SUBJECT_LANES)}.${event.resourceType}`;
}

/** What a mirror asks for; undefined: every tenant. */
export function subjectOfTenant(tenant: number | undefined): string {
  return tenant === undefined ? ALL_EVENTS : `${PREFIX}.${tenant}.>`;
}
