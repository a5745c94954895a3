import fastify from 'fastify';
import { expect, it } from 'vitest';
import { type Access, type Audited, MINOR, SERIOUS } from '../audit-trail.ts';
import { type RefusalAuditOptions, registerRefusalAudit } from './refusal-audit.ts';

/** What is recorded of a request that is answered with this status, by somebody who is known. */
async function recordedOf(status: number, isRecorded = false): Promise<readonly Access[]> {
  const recorded: Access[] = [];
  const who = {} as Audited;
  const app = fastify();
  app.decorateRequest('facts');
  app.addHook('onRequest', async (request) => {
    Object.assign(request, { facts: { who, denied: false, patientId: null } });
  });
  registerRefusalAudit(app, {
    audit: {
      hasDenied: () => false,
      hasRecorded: () => isRecorded,
      withheldFrom: () => [],
      accessed: async (_who: Audited, access: Access) => void recorded.push(access),
    },
    gates: { gateSource: () => ({ current: () => ({ epoch: 1n }) }) },
  } as unknown as RefusalAuditOptions);
  app.get('/nothing', (_request, reply) => reply.code(status).send('{}'));
  expect((await app.inject('/nothing')).statusCode).toBe(status);
  await app.close();
  return recorded;
}

it.each([
  [400, MINOR],
  [404, MINOR],
  [499, MINOR],
  [500, SERIOUS],
])('an answer of %i is recorded as a refusal', async (status, outcome) => {
  expect(await recordedOf(status)).toMatchObject([{ outcome, target: 'nothing' }]);
});

it.each([200, 399, 429, 503])('an answer of %i is none', async (status) => {
  expect(await recordedOf(status)).toEqual([]);
});

it('nor is one whose handler left a record', async () => {
  expect(await recordedOf(404, true)).toEqual([]);
});
