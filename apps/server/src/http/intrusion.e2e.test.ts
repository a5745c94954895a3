import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Serving, serving } from '../testing/serving.ts';

/** Ada's consent keeps the second clinician out of her record. */
const EXCLUDED = 'second-clinician';

let stage: Serving;
beforeAll(async () => {
  stage = await serving({ demo: true });
}, 120_000);
afterAll(() => stage.stop(), 60_000);

const send = (persona: string, method: string, path: string, body?: object): Promise<Answer> =>
  stage.fhir(persona, path, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });

const about = (patient: string, id?: string) => ({
  resourceType: 'Observation',
  ...(id !== undefined && { id }),
  status: 'final',
  code: { text: 'made up' },
  subject: { reference: `Patient/${patient}` },
});

const consent = (practitioner: string) => ({
  resourceType: 'Consent',
  status: 'active',
  scope: { coding: [{ code: 'patient-privacy' }] },
  category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
  patient: { reference: 'Patient/ada-demo' },
  policyRule: { coding: [{ code: 'OPTIN' }] },
  provision: {
    type: 'permit',
    actor: [{ role: { text: 'any' }, reference: { reference: practitioner } }],
    purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'HRESCH' }],
  },
});

/** What was said, without what names the request. */
const said = ({ status, body }: Answer) => ({
  status,
  issue: (body['issue'] as readonly { readonly diagnostics?: string }[])[0],
});

describe('a person whom a consent keeps out', () => {
  it('can neither lift nor delete it, and learns nothing of it', async () => {
    const path = '/Consent/ada-demo-consent';
    const stored = (await send('patient', 'GET', path)).body;
    expect((await send(EXCLUDED, 'PUT', path, { ...stored, status: 'inactive' })).status).toBe(404);
    expect((await send(EXCLUDED, 'DELETE', path)).status).toBe(404);
    expect(
      (await send(EXCLUDED, 'POST', '/Consent', consent('Practitioner/p-okafor'))).status,
    ).toBe(422);
    expect((await send(EXCLUDED, 'GET', '/Patient/ada-demo')).status).toBe(404);
  });

  it('can neither write into the record nor move something there', async () => {
    const refused = await send(EXCLUDED, 'POST', '/Observation', about('ada-demo'));
    expect(refused.status).toBe(422);
    expect(said(refused)).toEqual(
      said(await send(EXCLUDED, 'POST', '/Observation', about('nobody'))),
    );
    const own = await send(EXCLUDED, 'POST', '/Observation', about('finn-demo'));
    expect(own.status).toBe(201);
    const id = String(own.body['id']);
    expect((await send(EXCLUDED, 'PUT', `/Observation/${id}`, about('ada-demo', id))).status).toBe(
      422,
    );
  });

  it('finds none of her Provenance', async () => {
    const search = '/Provenance?_count=50&_total=accurate';
    await expect
      .poll(async () => (await send('patient', 'GET', search)).body['total'], { timeout: 20_000 })
      .toBeGreaterThan(0);
    const { body } = await send('patient', 'GET', search);
    const entries = body['entry'] as readonly { readonly resource: { readonly id: string } }[];
    for (const { resource } of entries) {
      expect((await send(EXCLUDED, 'GET', `/Provenance/${resource.id}`)).status).toBe(404);
    }
  });
});

describe('a role that may not write', () => {
  it.each(['researcher', 'operator', 'compliance-officer'])(
    'the %s creates neither data nor consents, for anybody',
    async (persona) => {
      for (const patient of ['ada-demo', 'nobody']) {
        expect((await send(persona, 'POST', '/Observation', about(patient))).status).toBe(403);
      }
      expect(
        (await send(persona, 'POST', '/Consent', consent('Practitioner/p-lindqvist'))).status,
      ).toBe(403);
      expect((await send('clinician', 'GET', '/Patient/ada-demo')).status).toBe(200);
    },
  );
});
