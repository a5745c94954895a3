import type { PatientId, ResourceKey, TenantId } from '@holdfast/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareCursors, formatCursor, parseCursor } from './cursor.ts';
import { type LogRow, laneOf, pieces, planBatch } from './lane-plan.ts';
import type { EventId, RecordedEvent } from './recorded-event.ts';

const event = (id: number, stream: number, seq: number): RecordedEvent => ({
  tenant: 1 as TenantId,
  stream: BigInt(stream) as ResourceKey,
  position: { xid: BigInt(id), id: BigInt(id) },
  seq: BigInt(seq),
  eventId: `${id}` as EventId,
  interaction: 'create',
  resourceType: 'Observation',
  resourceId: `${id}`,
  version: 1,
  patientId: `${stream}` as PatientId,
  confidentiality: 2,
  sensitivity: 0n,
  urgency: 'routine',
  actor: 'a',
  requestId: 'r',
  occurredAt: new Date(0),
});

/** Rows of a well-behaved log: streams interleaved, each in order, none handled yet. */
const batches = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 60 }).map((streams) => {
  const heads = new Map<number, number>();
  return streams.map((stream, i): LogRow => {
    const seq = (heads.get(stream) ?? 0) + 1;
    heads.set(stream, seq);
    return { event: event(i + 1, stream, seq), done: null, parked: false };
  });
});

describe('lane plan', () => {
  it('EVE-4 puts each event into one lane, a stream into one lane only, in log order', () => {
    fc.assert(
      fc.property(batches, fc.integer({ min: 1, max: 5 }), (rows, lanes) => {
        const plan = planBatch(rows, lanes);
        expect(plan.lanes.flat()).toHaveLength(rows.length);
        expect(plan.disordered).toEqual([]);
        for (const lane of plan.lanes) {
          expect(new Set(lane.map((each) => laneOf(each, lanes))).size).toBe(1);
          const ids = lane.map((each) => each.position.id);
          expect(ids).toEqual([...ids].sort((a, b) => Number(a - b)));
        }
      }),
    );
  });

  it('leaves out what is done or parked', () => {
    fc.assert(
      fc.property(batches, (rows) => {
        const marked = rows.map((row): LogRow => {
          if (row.event.stream === 1n) return { ...row, parked: true };
          const { position } = row.event;
          return row.event.stream === 2n ? { ...row, done: { seq: 1_000n, position } } : row;
        });
        const planned = planBatch(marked, 2).lanes.flat();
        expect(new Set(planned)).toEqual(
          new Set(rows.map((row) => row.event).filter(({ stream }) => stream > 2n)),
        );
      }),
    );
  });

  it('EVE-4 names an event that comes after a later one of its stream', () => {
    const later = { event: event(1, 1, 2), done: null, parked: false };
    const earlier = { event: event(2, 1, 1), done: null, parked: false };
    expect(planBatch([later, earlier], 1).disordered).toEqual([earlier.event]);
    const done = { seq: 2n, position: later.event.position };
    expect(planBatch([{ ...earlier, done }], 1).disordered).toEqual([earlier.event]);
  });

  it('cuts pieces that hold everything in order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 9 }), (items, size) => {
        const cut = [...pieces(items, size)];
        expect(cut.flat()).toEqual(items);
        expect(cut.every((piece) => piece.length > 0 && piece.length <= size)).toBe(true);
      }),
    );
  });
});

describe('cursor', () => {
  const cursors = fc.record({
    xid: fc.bigInt({ min: 0n, max: 9n }),
    id: fc.bigInt({ min: 0n, max: 9n }),
  });

  it('orders by transaction first, then by id, as PostgreSQL compares rows', () => {
    fc.assert(
      fc.property(cursors, cursors, (a, b) => {
        const asNumber = (each: { xid: bigint; id: bigint }) => Number(each.xid * 100n + each.id);
        expect(Math.sign(compareCursors(a, b))).toBe(Math.sign(asNumber(a) - asNumber(b)));
      }),
    );
  });

  it('survives being written down', () => {
    fc.assert(
      fc.property(cursors, (cursor) => {
        expect(parseCursor(formatCursor(cursor))).toEqual(cursor);
      }),
    );
    expect(parseCursor('12')).toBeNull();
    expect(parseCursor('1/-2')).toBeNull();
  });
});
