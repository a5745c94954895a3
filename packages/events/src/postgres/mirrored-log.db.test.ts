import type { PatientId, ResourceKey, TenantId } from '@holdfast/kernel';
import { createPool } from '@holdfast/postgres';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsMigrations } from '../migrations.ts';
import type { EventId, RecordedEvent } from '../recorded-event.ts';
import { mirrorPlace, takeOver } from './mirrored-log.ts';

const MADE_AT = new Date('2026-11-24T08:00:00.123Z');

const event = (stream: number, seq: number, tenant = 1): RecordedEvent => ({
  tenant: tenant as TenantId,
  stream: BigInt(stream) as ResourceKey,
  position: { xid: 900_000n + BigInt(seq), id: BigInt(seq) },
  seq: BigInt(seq),
  eventId: `00000000-0000-7000-8000-${String(stream * 1_000 + seq).padStart(12, '0')}` as EventId,
  interaction: 'update',
  resourceType: 'Observation',
  resourceId: `o${seq}`,
  version: 2,
  patientId: `p${stream}` as PatientId,
  confidentiality: 3,
  sensitivity: 5n,
  urgency: 'now',
  actor: "Practitioner/o'neill",
  requestId: 'r',
  occurredAt: new Date('2026-11-24T08:01:02.345Z'),
});

describe('a copy of the log', () => {
  let db: TestDatabase;
  let owner: ReturnType<typeof createPool>;
  beforeAll(async () => {
    db = await testDatabase({ migrations: [eventsMigrations] });
    owner = createPool({ url: db.url, max: 1, applicationName: 'copy' });
  });
  afterAll(async () => {
    await owner.end();
    await db.drop();
  });

  const take = (events: readonly RecordedEvent[], seq: number, mayBeginLate = false) =>
    takeOver(owner, { events, place: { stream: 'S', madeAt: MADE_AT, seq }, mayBeginLate });
  const log = async (stream: number) => {
    const { rows } = await db.pool.query<{ seq: string }>(
      'select seq from event where stream = $1 order by xid, id',
      [stream],
    );
    return rows.map(({ seq }) => Number(seq));
  };

  it('EVE-14 holds every part of an event, and how far it has come', async () => {
    expect(await mirrorPlace(owner, 'S')).toBeNull();
    await take([event(1, 1)], 7);
    const { rows } = await db.pool.query('select * from event where stream = 1');
    expect(rows).toEqual([
      expect.objectContaining({
        tenant: 1,
        seq: '1',
        event_id: event(1, 1).eventId,
        interaction: 'update',
        resource_id: 'o1',
        version: 2,
        patient_id: 'p1',
        confidentiality: 3,
        sensitivity: '5',
        urgency: 0,
        actor: "Practitioner/o'neill",
        occurred_at: event(1, 1).occurredAt,
      }),
    ]);
    expect(await mirrorPlace(owner, 'S')).toEqual({ stream: 'S', madeAt: MADE_AT, seq: 7 });
  });

  it('EVE-14 lets an event wait for the one before it, and takes each over once', async () => {
    await take([event(2, 1), event(2, 3), event(3, 2)], 10);
    expect(await log(2)).toEqual([1]);
    expect(await log(3)).toEqual([]);
    await take([event(2, 3), event(2, 4), event(2, 2), event(2, 1)], 11);
    await take([event(3, 1)], 12);
    expect(await log(2)).toEqual([1, 2, 3, 4]);
    expect(await log(3)).toEqual([1, 2]);
    const { rows } = await db.pool.query('select from mirror_waiting');
    expect(rows).toHaveLength(0);
  });

  it('begins a patient in the middle only where the broker dropped what came before', async () => {
    await take([event(4, 8), event(4, 9)], 20, true);
    expect(await log(4)).toEqual([8, 9]);
    await take([event(5, 8)], 21);
    expect(await log(5)).toEqual([]);
  });

  it('keeps tenants apart', async () => {
    await take([event(6, 1), event(6, 1, 2), event(6, 2, 2)], 30);
    const { rows } = await db.pool.query(
      'select tenant, count(*)::int as n from event where stream = 6 group by tenant order by 1',
    );
    expect(rows).toEqual([
      { tenant: 1, n: 1 },
      { tenant: 2, n: 2 },
    ]);
  });
});
