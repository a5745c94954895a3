import { systemRandom, systemTimers, type TenantId } from '@holdfast/kernel';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BodyKeys } from '../bodies/body-keys.ts';
import { KeyRing, type RingKeys } from '../bodies/key-ring.ts';
import { MAX_REMEMBERED_KEYS } from '../limits.ts';
import { ledgerMigrations } from '../migrations.ts';
import { logWorld } from '../testing/log-world.ts';
import { AuditAppender } from './audit-appender.ts';
import { ringUse, rotateKeys } from './rotate-keys.ts';

const tenant = 1 as TenantId;
let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ migrations: [ledgerMigrations] });
});
afterAll(() => db.drop());

it('LED-18 after a rotation nothing needs the old version, and a process that has not heard of it goes on', async () => {
  const world = logWorld(db, tenant);
  let keys: RingKeys = new Map([[1, new Uint8Array(32).fill(1)]]);
  const source = { load: async () => keys };
  const [ring, other] = [await KeyRing.open(source), await KeyRing.open(source)];
  const appenderOf = (of: KeyRing) => {
    const bodyKeys = new BodyKeys({ tenant, ring: of, random: systemRandom });
    return new AuditAppender({ pool: db.appPool, tenant, bodyKeys, producer: world.producer });
  };
  const appender = appenderOf(other);
  const about = (count: number, name: string) =>
    Array.from({ length: count }, (_, n) => world.prepare({ patientId: `${name}-${n}` }));
  await appender.append(about(2_500, 'before'));
  keys = new Map([...keys, [2, new Uint8Array(32).fill(2)]]);
  await ring.reload();
  const progress: number[] = [];
  const options = { tenant, ring, random: systemRandom, timers: systemTimers };
  await rotateKeys(db.pool, { ...options, onProgress: ({ looked }) => progress.push(looked) });
  expect(progress).toEqual([1_000, 2_000, 2_500]);
  expect([...(await ringUse(db.pool))]).toEqual([[2, 2_500]]);

  // The old version would wrap no more, so it looks at the source again.
  await appender.append(about(3, 'after'));
  expect([...(await ringUse(db.pool))]).toEqual([[2, 2_503]]);
  keys = new Map([[2, new Uint8Array(32).fill(2)]]);
  await ring.reload();
  const sequencing = world.sequencer();
  await sequencing.start();
  await expect
    .poll(async () => {
      await sequencing.flush();
      return (await world.verify({ ring })).unsequenced;
    })
    .toBe(0);
  await world.end();
  expect(await world.verify({ ring })).toMatchObject({
    ok: true,
    bodiesChecked: 2_503,
    erasedBodies: 0,
  });
  expect(await rotateKeys(db.pool, options)).toEqual({ looked: 2_503, rewrapped: 0 });
});

it('LED-17 keys in memory are bounded: the one used longest ago is made anew', async () => {
  const world = logWorld(db, 2 as TenantId);
  const { bodyKeys, prepare } = world;
  const keyOf = (patientId: string) => {
    const sealed = bodyKeys.seal([prepare({ patientId })]);
    bodyKeys.committed(sealed);
    return sealed.keys[0]?.keyId;
  };
  const [first, second] = [keyOf('p-0'), keyOf('p-1')];
  for (let n = 2; n < MAX_REMEMBERED_KEYS; n++) keyOf(`p-${n}`);
  expect(keyOf('p-0')).toBe(first);
  keyOf('one-more');
  expect(keyOf('p-0')).toBe(first);
  expect(keyOf('p-1')).not.toBe(second);
});
