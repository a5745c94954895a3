import type { PatientId, ResourceKey, TenantId } from '@holdfast/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { laneOf } from '../lane-plan.ts';
import { EVENT_LIMITS } from '../limits.ts';
import type { EventId, RecordedEvent } from '../recorded-event.ts';
import { decodeEvent, encodeEvent } from './event-message.ts';
import { SUBJECT_LANES, subjectOf } from './event-subject.ts';

const words = fc.string({ minLength: 1, maxLength: 64 });
const events: fc.Arbitrary<RecordedEvent> = fc.record({
  tenant: fc.nat({ max: 32_767 }).map((tenant) => tenant as TenantId),
  stream: fc.bigInt({ min: 1n, max: 2n ** 62n }).map((stream) => stream as ResourceKey),
  position: fc.record({
    xid: fc.bigInt({ min: 0n, max: 2n ** 63n }),
    id: fc.bigInt({ min: 0n, max: 2n ** 62n }),
  }),
  seq: fc.bigInt({ min: 1n, max: 2n ** 62n }),
  eventId: fc.uuid().map((id) => id as EventId),
  interaction: fc.constantFrom('create' as const, 'update' as const, 'delete' as const),
  resourceType: fc.constantFrom('Observation', 'Consent'),
  resourceId: words,
  version: fc.nat(),
  patientId: fc.option(words.map((id) => id as PatientId)),
  confidentiality: fc.nat({ max: 5 }),
  sensitivity: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
  urgency: fc.constantFrom('now' as const, 'routine' as const, 'none' as const),
  actor: words,
  requestId: words,
  occurredAt: fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
});

describe('an event as a message', () => {
  it('comes out as it went in', () => {
    fc.assert(
      fc.property(events, (event) => {
        expect(decodeEvent(encodeEvent(event))).toEqual({ ok: true, value: event });
      }),
    );
  });

  it('is refused by name where a part is missing or of another kind', () => {
    fc.assert(
      fc.property(events, fc.constantFrom(null, {}, 'x y', -1.5), (event, wrong) => {
        const message = JSON.parse(encodeEvent(event)) as Record<string, unknown>;
        for (const part of ['tenant', 'stream', 'position', 'seq', 'eventId', 'occurredAt']) {
          const read = decodeEvent(JSON.stringify({ ...message, [part]: wrong }));
          expect(!read.ok && read.error).toContain(part);
        }
      }),
    );
    expect(decodeEvent('{').ok).toBe(false);
  });

  it('has a subject that one lane of the relay fills, in order', () => {
    expect(SUBJECT_LANES % EVENT_LIMITS.lanes).toBe(0);
    fc.assert(
      fc.property(events, (event) => {
        const subject = subjectOf(event);
        expect(subject).toMatch(/^holdfast\.event\.\d+\.\d+\.[A-Za-z]+$/);
        const lane = Number(subject.split('.')[3]);
        expect(lane % EVENT_LIMITS.lanes).toBe(laneOf(event, EVENT_LIMITS.lanes));
      }),
    );
  });
});
