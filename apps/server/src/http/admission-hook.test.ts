import { AdmissionGate, admissionLimits } from '@holdfast/admission';
import type { Actor } from '@holdfast/consent';
import { type Fault, systemClock, systemRandom, type TenantId } from '@holdfast/kernel';
import type { TokenVerifier } from '@holdfast/signin';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../database.ts';
import { registerAdmission } from './admission-hook.ts';
import { createApp } from './app.ts';
import { RequestConnections } from './request-service.ts';

const failed: Fault[] = [];
const app = createApp({
  clock: systemClock,
  random: systemRandom,
  logger: pino({ level: 'silent' }),
  observer: {
    started: () => undefined,
    finished: () => undefined,
    failed: (_facts, fault) => failed.push(fault),
  },
});
const actorOf = (role: Actor['roles'][number]): Actor => ({
  tenant: 1 as TenantId,
  principal: 'Practitioner/a',
  closure: [],
  roles: [role],
  purposes: ['TREAT'],
  emergency: false,
  tokenId: 'a',
});
/** The token is the role. */
const verifier = {
  actor: async (authorization?: string) =>
    actorOf(authorization === 'Bearer clinician' ? 'clinician' : 'patient'),
} as TokenVerifier; // what the hook asks of it
const brief = { waiting: 8, waitingPerTenant: 8, waitMs: 1, share: 1 };
const gate = new AdmissionGate({
  clock: systemClock,
  limits: {
    ...admissionLimits,
    concurrency: { least: 1, first: 1, most: 1 },
    classes: { 'care-now': brief, interactive: brief, integration: brief, bulk: brief },
  },
});
// No request here comes to a statement.
const database = { statementMs: { requests: 10_000, bulk: 60_000 } } as Database;

let origin = '';
let release: () => void = () => undefined;
let held: Promise<void> = Promise.resolve();
beforeAll(async () => {
  const connections = new RequestConnections({ database, clock: systemClock });
  registerAdmission(app, { gate, verifier, connections });
  app.get('/fhir/R4/Patient/held', async () => {
    await held;
    return 'served';
  });
  app.get('/fhir/R4/Patient/other', async () => 'served');
  origin = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => app.close());
beforeEach(() => {
  failed.length = 0;
  held = new Promise((resolve) => {
    release = resolve;
  });
});

const get = (id: string, role: string) =>
  fetch(`${origin}/fhir/R4/Patient/${id}`, { headers: { authorization: `Bearer ${role}` } });

describe('a request that finds no room', () => {
  it.each([
    ['of a crowd is counted, and not told of one by one', 'patient', []],
    ['of those who treat a patient is told of', 'clinician', ['SERVER_BUSY']],
  ])('%s', async (_, role, told) => {
    const first = get('held', 'clinician');
    await expect.poll(() => gate.figures().inService['care-now']).toBe(1);
    const before = gate.figures().refused;
    const second = await get('other', role);
    expect(second.status).toBe(503);
    expect(second.headers.get('retry-after')).toBe('1');
    expect(await second.json()).toMatchObject({ issue: [{ code: 'throttled' }] });
    const after = gate.figures().refused;
    expect(after.interactive + after['care-now'] - before.interactive - before['care-now']).toBe(1);
    expect(failed.map(({ code }) => code)).toEqual(told);
    release();
    expect((await first).status).toBe(200);
    await expect.poll(() => gate.figures().inService['care-now']).toBe(0);
    expect((await get('other', role)).status).toBe(200);
  });
});
