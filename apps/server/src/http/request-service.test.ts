import { type AdmissionGate, admissionLimits, AdmissionGate as Gate } from '@holdfast/admission';
import { systemTimers, type TenantId } from '@holdfast/kernel';
import { fakeClock } from '@holdfast/testkit';
import type { Pool } from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';
import { RequestConnections, RequestService } from './request-service.ts';

const clock = fakeClock();
const asked: string[] = [];
const poolOf = (name: string) =>
  ({
    query: async () => {
      asked.push(name);
      return { rows: [], rowCount: 0 };
    },
  }) as unknown as Pool; // what WithinDeadline calls of it
const database = {
  requests: poolOf('requests'),
  bulk: poolOf('bulk'),
  statementMs: { requests: 10_000, bulk: 60_000 },
};

let gate: AdmissionGate;
beforeEach(() => {
  gate = new Gate({ clock, timers: systemTimers, limits: admissionLimits });
  asked.length = 0;
});

let ids = 0;
function service(priority: 'care-now' | 'interactive'): RequestService {
  return new RequestService({
    gate,
    connections: new RequestConnections({ database, clock }),
    ask: { id: `r${++ids}`, priority, tenant: 1 as TenantId, kind: 'search', cost: 3 },
    startedMs: clock.monotonicMs(),
  });
}
const cost = (reads: number) => ({
  reads,
  parts: [
    { kind: 'link', parameter: 'subject', reads: reads * 0.95 },
    { kind: 'page', parameter: '_count', reads: reads * 0.05 },
  ] as const,
});
const held = () => gate.figures().inService;

describe('RequestService', () => {
  it.each([
    [100, 'care-now', 'requests'],
    [2_000, 'interactive', 'requests'],
    [9_000, 'integration', 'requests'],
    [90_000, 'bulk', 'bulk'],
  ] as const)('serves a search of %d reads as %s, over %s', async (reads, priority, pool) => {
    const request = service('care-now');
    await request.enter();
    const connections = await request.weigh(cost(reads));
    await connections.query('select');
    expect(asked).toEqual([pool]);
    expect(request.priority).toBe(priority);
    expect(held()).toEqual({
      'care-now': 0,
      interactive: 0,
      integration: 0,
      bulk: 0,
      [priority]: 1,
    });
    request.leave();
    expect(Object.values(held())).toEqual([0, 0, 0, 0]);
  });

  it('never moves a request up', async () => {
    const request = service('interactive');
    await request.enter();
    await request.weigh(cost(1));
    expect(request.priority).toBe('interactive');
    request.leave();
  });

  it('refuses what no class takes, and says which parameter makes it dear', async () => {
    const request = service('care-now');
    await request.enter();
    const refused = await request.weigh(cost(200_000)).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'SERVER_SEARCH_TOO_COSTLY',
      detail: { expression: ['subject'] },
    });
    expect(String(refused)).toContain('200,000 reads');
    // It holds its slot until the refusal is answered.
    expect(held()['care-now']).toBe(1);
    request.leave();
  });

  it('refuses within a bundle what is beyond the class of the bundle', async () => {
    const request = service('care-now');
    await request.enter();
    request.allow(cost(400));
    expect(() => request.allow(cost(401))).toThrow(/SERVER_SEARCH_TOO_COSTLY/);
    request.leave();
  });

  it('takes no slot for a caller who left while it waited for the lower class', async () => {
    const holders = Array.from({ length: 16 }, () => service('interactive'));
    for (const holder of holders) void holder.enter().catch(() => undefined);
    const request = service('care-now');
    await request.enter();
    const weighed = request.weigh(cost(90_000));
    request.leave();
    for (const holder of holders) holder.leave();
    await weighed;
    await Promise.resolve();
    expect(held().bulk).toBe(0);
  });
});
