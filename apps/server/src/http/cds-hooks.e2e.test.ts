import { randomUUID } from 'node:crypto';
import { CDS_FEEDBACK_MAX, type CdsCards, type CdsServices } from '@holdfast/api-contract';
import { createPool } from '@holdfast/postgres';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { phq9WithThoughtsOfSelfHarm } from '../testing/phq9-response.ts';
import { type Serving, serving } from '../testing/serving.ts';

let world: Serving;
let owner: Pool;
let card: CdsCards['cards'][number];

const post = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const view = (patientId: string, more: object = {}) => ({
  hook: 'patient-view',
  hookInstance: randomUUID(),
  context: { userId: 'Practitioner/elena-rivera', patientId },
  ...more,
});
const ask = (persona: string, body: object, service = 'patient-risk') =>
  world.call(persona, `/cds-services/${service}`, post(body));
const cardsFor = async (persona: string, patient: string) => {
  const { status, body } = await ask(persona, view(patient));
  expect(status).toBe(200);
  return (body as unknown as CdsCards).cards;
};
const answered = (rest: object = {}) => ({
  card: card.uuid,
  outcome: 'overridden',
  outcomeTimestamp: '2026-11-24T12:00:00+01:00',
  overrideReason: { reason: { code: 'disagree', system: 'urn:x' }, userComment: 'She is fine.' },
  ...rest,
});
const tell = (persona: string, ...feedback: object[]) =>
  world.call(persona, '/cds-services/patient-risk/feedback', post({ feedback }));
const outcomes = async () => {
  const { body } = await world.call('operator', '/operations/card-outcomes');
  return body['pipelines'];
};
const put = async (path: string, resource: object) => {
  const sent = { method: 'PUT', body: JSON.stringify(resource) };
  const { status } = await world.fhir('importer', path, sent);
  expect(status).toBe(201);
};

beforeAll(async () => {
  world = await serving();
  owner = createPool({ url: world.server.ownerUrl, tenant: 1, max: 1 });
  for (const id of ['hooked', 'quiet']) {
    await put(`/Patient/${id}`, { resourceType: 'Patient', id });
  }
  const answers = { ...phq9WithThoughtsOfSelfHarm('hooked'), id: 'answers' };
  await put('/QuestionnaireResponse/answers', answers);
  card = await vi.waitFor(
    async () => {
      const [first] = await cardsFor('clinician', 'hooked');
      if (first === undefined) throw new Error('not scored yet');
      return first;
    },
    { timeout: 30_000 },
  );
}, 120_000);
afterAll(async () => {
  await owner.end();
  await world.stop();
}, 60_000);

describe('CDS Hooks', () => {
  it('tells anybody which services there are, from any origin', async () => {
    const answer = await fetch(`${world.server.url}/cds-services`);
    const { services } = (await answer.json()) as CdsServices;
    expect(services.map(({ hook, id }) => [hook, id])).toEqual([
      ['patient-view', 'patient-risk'],
      ['encounter-start', 'encounter-risk'],
    ]);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('shows what a score said as a card, the urgent as critical', () => {
    expect(card).toMatchObject({ indicator: 'critical', source: { label: 'Holdfast, PHQ-9' } });
    expect(card.summary).toMatch(/^PHQ-9 total 1, /);
    expect(card.detail).toContain('Tier 0');
  });

  it('stands for an inference that names the policy by which its inputs were released', async () => {
    const active = await world.call('compliance-officer', '/consent/policies/active');
    const { rows } = await owner.query<{ version: string }>(
      `select record::json->'consent'->>'policyVersion' as version
         from holdfast.inference_record where id = $1`,
      [card.uuid],
    );
    expect(rows).toEqual([{ version: `policy-${String(active.body['version'])}` }]);
  });

  it('answers without cards where there is nothing to say', async () => {
    expect(await cardsFor('clinician', 'quiet')).toEqual([]);
    expect(await cardsFor('clinician', 'nobody')).toEqual([]);
  });

  it('wants a token, and keeps the case of who may not see a patient as if there were none', async () => {
    const { url } = world.server;
    const bare = await fetch(`${url}/cds-services/patient-risk`, post(view('hooked')));
    expect(bare.status).toBe(401);
    expect(await cardsFor('operator', 'hooked')).toEqual([]);
  });

  it('hides cards from the very next call after a consent that denies, and refuses feedback', async () => {
    const deny = {
      resourceType: 'Consent',
      id: 'keeps-out',
      status: 'active',
      scope: {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' },
        ],
      },
      category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
      policyRule: { coding: [{ code: 'OPTOUT' }] },
      patient: { reference: 'Patient/hooked' },
      provision: { type: 'deny' },
    };
    await put('/Consent/keeps-out', deny);
    expect(await cardsFor('clinician', 'hooked')).toEqual([]);
    const refused = await tell('clinician', answered());
    expect(refused.status).toBe(404);
    expect(refused.text).toContain('feedback[0].card');
    expect(await outcomes()).toEqual([]);
    const gone = await world.fhir('importer', '/Consent/keeps-out', { method: 'DELETE' });
    expect(gone.status).toBeLessThan(300);
    expect(await cardsFor('clinician', 'hooked')).toHaveLength(1);
  });

  it.each([
    ['a hook of another service', view('hooked', { hook: 'encounter-start' }), 'hook'],
    ['no instance', view('hooked', { hookInstance: 'x' }), 'hookInstance'],
    ['no patient', view('hooked', { context: { userId: 'Practitioner/1' } }), 'context.patientId'],
  ])('refuses %s and names the field', async (_, body, field) => {
    const { status, text } = await ask('clinician', body);
    expect(status).toBe(400);
    expect(text).toContain(`"${field}"`);
  });

  it('knows no other service', async () => {
    expect((await ask('clinician', view('hooked'), 'other')).status).toBe(404);
  });

  it('keeps an outcome once however often it is sent, and counts it without its comment', async () => {
    expect((await tell('clinician', answered())).status).toBe(200);
    expect((await tell('clinician', answered(), answered())).status).toBe(200);
    const accepted = {
      card: card.uuid,
      outcome: 'accepted',
      outcomeTimestamp: '2026-11-24T12:05:00Z',
    };
    expect((await tell('clinician', accepted)).status).toBe(200);
    expect(await outcomes()).toEqual([
      {
        pipeline: 'phq-9',
        version: '1',
        accepted: 1,
        overridden: 1,
        reasons: [{ code: 'other', times: 1 }],
      },
    ]);
    expect((await world.call('clinician', '/operations/card-outcomes')).status).toBe(403);
    const [offered] = card.overrideReasons;
    const known = { outcomeTimestamp: '2026-11-24T12:30:00Z', overrideReason: { reason: offered } };
    expect((await tell('clinician', answered(known))).status).toBe(200);
    expect(await outcomes()).toMatchObject([
      {
        reasons: [
          { code: 'already-acted', times: 1 },
          { code: 'other', times: 1 },
        ],
      },
    ]);
  });

  it('keeps nothing of a call in which one card is unknown, or one outcome is none', async () => {
    const before = await outcomes();
    const moment = { outcomeTimestamp: '2026-11-24T13:00:00Z' };
    const unknown = await tell(
      'clinician',
      answered(moment),
      answered({ ...moment, card: randomUUID() }),
    );
    expect([unknown.status, unknown.text]).toMatchObject([
      404,
      expect.stringContaining('feedback[1].card'),
    ]);
    const odd = await tell(
      'clinician',
      answered(moment),
      answered({ ...moment, outcome: 'ignored' }),
    );
    expect([odd.status, odd.text]).toMatchObject([
      400,
      expect.stringContaining('feedback[1].outcome'),
    ]);
    expect(await outcomes()).toEqual(before);
  });

  it('takes as many outcomes at once as it says, and as long a comment', async () => {
    const many = (count: number) => Array.from({ length: count }, () => answered());
    const comment = (length: number) =>
      answered({ overrideReason: { userComment: 'x'.repeat(length) } });
    expect((await tell('clinician', ...many(CDS_FEEDBACK_MAX))).status).toBe(200);
    expect((await tell('clinician', ...many(CDS_FEEDBACK_MAX + 1))).status).toBe(400);
    expect((await tell('clinician', comment(4_000))).status).toBe(200);
    expect((await tell('clinician', comment(4_001))).status).toBe(400);
  });
});
