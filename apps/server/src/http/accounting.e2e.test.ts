// Goal: 45 CFR 164.528. Method: a whole server; what its people do, and what is told of it.

import { createClient } from '@holdfast/api-contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Serving, serving } from '../testing/serving.ts';

const OFFICER = 'compliance-officer';
let world: Serving;

const send = (persona: string, method: string, path: string, body?: object) =>
  world.fhir(persona, path, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });

async function client(persona = OFFICER) {
  const token = await world.tokenOf(persona);
  return createClient({ baseUrl: world.server.url, fetch, token: () => token });
}

beforeAll(async () => {
  world = await serving();
  const patient = (id: string) => ({ resourceType: 'Patient', id, name: [{ family: id }] });
  for (const id of ['ada-demo', 'bo'])
    await send('clinician', 'PUT', `/Patient/${id}`, patient(id));
  await send('operator', 'PUT', '/Practitioner/p-lindqvist', {
    ...{ resourceType: 'Practitioner', id: 'p-lindqvist' },
    name: [{ prefix: ['Dr.'], given: ['Maja'], family: 'Lindqvist' }],
    address: [{ line: ['Torget 1'], city: 'Uppsala' }],
  });
  await world.fhir('clinician', '/Patient/ada-demo');
  await send('clinician', 'POST', '/Consent', {
    ...{ resourceType: 'Consent', status: 'active', patient: { reference: 'Patient/ada-demo' } },
    scope: { coding: [{ code: 'patient-privacy' }] },
    category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
    policyRule: { coding: [{ code: 'OPTIN' }] },
    provision: {
      type: 'permit',
      purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'HRESCH' }],
    },
  });
  await world.fhir('patient', '/Patient/ada-demo');
  await world.fhir('researcher', '/Patient/ada-demo');
  await world.fhir('researcher', '/Patient/ada-demo');
  await world.fhir('researcher', '/Patient/bo');
}, 120_000);
afterAll(() => world.stop(), 60_000);

describe('an accounting of disclosures', () => {
  it('tells research, leaves out and counts care and what the patient did, names the recipient', async () => {
    const { series, disclosures, leftOut } = await (await client()).readAccounting({
      patient: 'ada-demo',
    });
    expect(disclosures).toBe(2);
    expect(series).toMatchObject([
      {
        recipient: {
          name: 'Dr. Maja Lindqvist (Practitioner/p-lindqvist)',
          address: 'Torget 1, Uppsala',
        },
        ...{ purpose: 'research', count: 2, what: ['Patient'] },
      },
    ]);
    const counts = Object.fromEntries(leftOut.map(({ because, count }) => [because, count]));
    expect(counts).toMatchObject({ 'treatment-payment-operations': 1, 'to-the-individual': 1 });
    const refused = await (await client()).readAccounting({ patient: 'bo' });
    expect(refused.disclosures).toBe(0);
  });

  it('tells what was reported from outside, at its own time, once it may be told', async () => {
    const officer = await client();
    const report = {
      ...{ patient: 'ada-demo', at: '2026-01-05T09:00:00Z', what: 'laboratory report' },
      ...{
        recipient: { name: 'County Health', address: '1 Main St' },
        purpose: 'notifiable disease',
      },
      ground: 'public-health',
    } as const;
    await officer.reportDisclosure(report);
    await officer.reportDisclosure({ ...report, ground: 'authorization' });
    const january = { from: '2026-01-01T00:00:00Z', until: '2026-02-01T00:00:00Z' };
    const told = await officer.readAccounting({ patient: 'ada-demo', ...january });
    expect(told).toMatchObject({
      ...{ disclosures: 1, from: '2026-01-01T00:00:00.000Z' },
      series: [{ recipient: report.recipient, first: report.at }],
      leftOut: [{ because: 'authorization', count: 1 }],
    });
    const later = { ...report, at: '2999-01-01T00:00:00Z' };
    await expect(officer.reportDisclosure(later)).rejects.toThrow(/REQUEST_INVALID/);
    const { from, until } = await officer.readAccounting({ patient: 'ada-demo' });
    expect(new Date(until).getUTCFullYear() - new Date(from).getUTCFullYear()).toBe(6);
  });

  it('is for compliance officers and the patient, and asking is recorded', async () => {
    const own = await (await client('patient')).readAccounting({ patient: 'ada-demo' });
    expect(own.disclosures).toBe(3);
    await expect((await client('patient')).readAccounting({ patient: 'bo' })).rejects.toThrow(
      /FORBIDDEN/,
    );
    for (const persona of ['clinician', 'researcher', 'operator']) {
      const asked = (await client(persona)).readAccounting({ patient: 'ada-demo' });
      await expect(asked).rejects.toThrow(/FORBIDDEN/);
    }
    await expect((await client('patient')).reportDisclosure(REPORT)).rejects.toThrow(/FORBIDDEN/);
    const events = await world.fhir(OFFICER, '/AuditEvent?patient=ada-demo&subtype=accounting');
    const { entry = [] } = events.body as { entry?: { resource: { outcome: string } }[] };
    expect(entry.map(({ resource }) => resource.outcome)).toContain('0');
  });

  it.each(['', 'patient=a&from=yesterday', 'patient=../x'])(
    'refuses "%s" by name',
    async (query) => {
      const answer = await world.call(OFFICER, `/compliance/accounting?${query}`);
      const name = query.includes('from') ? 'from' : 'patient';
      expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(`"${name}"`)]);
    },
  );
});

const REPORT = {
  ...{ patient: 'ada-demo', at: '2026-01-05T09:00:00Z', what: 'x', purpose: 'y' },
  recipient: { name: 'z' },
  ground: 'oversight',
} as const;
