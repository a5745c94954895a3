// Goal: issue 8, FHIR. Method: a whole server; what its own AuditEvents say, held against the R4
// definitions and against IHE's published examples of the same profiles.

import { type Resource, validateResource } from '@holdfast/fhir';
import { hasSharedData, publishedExamples } from '@holdfast/fhir/testing';
import { createPool } from '@holdfast/postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditRecords } from '../testing/audit-records.ts';
import { type Answer, type Serving, serving } from '../testing/serving.ts';

const OFFICER = 'compliance-officer';
let world: Serving;
const startedAt = new Date().toISOString();

beforeAll(async () => {
  world = await serving();
  for (const id of ['ada-demo', 'bo']) {
    const body = JSON.stringify({ resourceType: 'Patient', id, name: [{ family: id }] });
    await world.fhir('clinician', `/Patient/${id}`, { method: 'PUT', body });
  }
  const body = JSON.stringify({
    ...{ resourceType: 'Observation', status: 'final', code: { text: 'x' } },
    subject: { reference: 'Patient/ada-demo' },
  });
  const made = await world.fhir('clinician', '/Observation', { method: 'POST', body });
  const path = `/Observation/${String(made.body['id'])}`;
  const changed = JSON.stringify({ ...made.body, status: 'amended' });
  await world.fhir('clinician', path, { method: 'PUT', body: changed });
  await world.fhir('clinician', path);
  await world.fhir('clinician', '/Observation?patient=ada-demo');
  await world.fhir('clinician', '/Patient/bo');
  await world.fhir('clinician', path, { method: 'DELETE' });
  await world.fhir('second-clinician', '/Patient/ada-demo/$everything');
}, 120_000);
afterAll(() => world.stop(), 60_000);

interface Event extends Resource {
  readonly id: string;
  readonly action: string;
  readonly recorded: string;
  readonly meta: { readonly profile?: readonly string[] };
  readonly subtype: readonly { readonly code: string }[];
  readonly type: { readonly code: string };
  readonly agent: readonly {
    readonly requestor: boolean;
    readonly type?: { readonly coding?: readonly { readonly code: string }[] };
    readonly who: { readonly reference?: string };
  }[];
  readonly entity: readonly {
    readonly type?: { readonly code: string };
    readonly role?: { readonly code: string };
    readonly what?: { readonly reference?: string };
  }[];
}

interface Found {
  readonly events: readonly Event[];
  readonly next: string | undefined;
}

function foundIn(answer: Answer): Found {
  expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('searchset')]);
  const { entry = [], link = [] } = answer.body as {
    entry?: { resource: Event }[];
    link?: { relation: string; url: string }[];
  };
  const next = link.find(({ relation }) => relation === 'next')?.url;
  return {
    events: entry
      .map(({ resource }) => resource)
      .filter((each) => each.resourceType === 'AuditEvent'),
    next: next?.slice(next.indexOf('/AuditEvent')),
  };
}

const search = async (query: string, persona = OFFICER): Promise<Found> =>
  foundIn(await world.fhir(persona, `/AuditEvent?${query}`));

/** Every page. */
async function all(query: string, persona = OFFICER): Promise<Event[]> {
  const events: Event[] = [];
  let page = await search(query, persona);
  for (;;) {
    events.push(...page.events);
    if (page.next === undefined) return events;
    page = foundIn(await world.fhir(persona, page.next));
  }
}

const codesOf = (events: readonly Event[]): string[] =>
  events.map(({ subtype }) => subtype[0]?.code ?? '').toReversed();
const recent = `date=ge${startedAt}`;

describe('AuditEvents of the log', () => {
  it('say in order what was done about a patient, one event each', async () => {
    const events = await all('patient=ada-demo&_count=3');
    expect(codesOf(events).slice(0, 7)).toEqual([
      ...['create', 'create', 'update', 'read', 'search-type', 'delete', 'operation'],
    ]);
    const named = events.map(({ entity }) =>
      entity.filter(({ role }) => role?.code === '1').map(({ what }) => what?.reference),
    );
    expect(new Set(named.flat())).toEqual(new Set(['Patient/ada-demo']));
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    expect(foundIn(await world.fhir(OFFICER, '/Patient/ada-demo/AuditEvent')).events.length).toBe(
      // The pages above were recorded themselves.
      events.length + Math.ceil((events.length + 1) / 3),
    );
  });

  it('are valid R4, and are read by id as they were found', async () => {
    const events = await all(recent);
    expect(events.length).toBeGreaterThan(10);
    for (const event of events) expect([event.id, validateResource(event)]).toEqual([event.id, []]);
    const [some] = events.slice(-1);
    const read = await world.fhir(OFFICER, `/AuditEvent/${some?.id}`);
    expect(read.body).toEqual(some);
    expect((await world.fhir(OFFICER, '/AuditEvent/nobody')).status).toBe(404);
  });

  it.skipIf(!hasSharedData())('have the agents and entities of IHE’s examples', async () => {
    const examples = publishedExamples() as unknown as Event[];
    const events = (await all(recent)).filter(({ meta }) => meta.profile !== undefined);
    const profiles = new Set(events.map(({ meta }) => meta.profile?.[0]?.split('.').at(-1)));
    for (const expected of ['Create', 'Delete', 'Query', 'Read', 'Update']) {
      expect(profiles).toContain(`Patient${expected}`);
    }
    for (const event of events) {
      const [profile = ''] = event.meta.profile ?? [];
      const published = examples.filter(({ meta }) => meta?.profile?.includes(profile));
      expect([profile, published.map(shapeOf)]).toEqual([
        profile,
        expect.arrayContaining([shapeOf(event)]),
      ]);
    }
  });

  it('are found by what R4 searches them by', async () => {
    const of = async (query: string) => codesOf(await all(`patient=ada-demo&${query}`));
    expect(await of('action=D')).toEqual(['delete']);
    expect(await of('subtype=http://hl7.org/fhir/restful-interaction|read')).toEqual(['read']);
    expect(await of('type=rest&action=C')).toEqual(['create', 'create']);
    expect(await of('outcome=8')).toEqual([]);
    expect(await of('agent=Practitioner/p-okafor')).toEqual(['operation']);
    expect(await of(`entity-role=24&agent-role=clinician`)).toEqual(['search-type']);
    expect(await of('date=lt2020-01-01')).toEqual([]);
    expect(await of('date=ge2020&action=D')).toEqual(['delete']);
    const [event] = await all('patient=ada-demo&action=D');
    expect((await all(`_id=${event?.id}`)).map(({ id }) => id)).toEqual([event?.id]);
    const what = event?.entity[0]?.what?.reference?.split('/_history')[0];
    expect(codesOf(await all(`${recent}&entity=${what}`))).toContain('delete');
  });

  it.each([
    ['', 'date: without a patient'],
    ['patient=a&patient=b', 'one patient'],
    ['patient=a&_sort=date', '_sort'],
    ['patient=a&_include=AuditEvent:agent', '_include'],
    ['patient=a&_total=accurate', '_total'],
    ['patient.name=x', 'chain'],
    ['patient=a&_cursor=made-up', '_cursor'],
  ])('a search of "%s" is refused with the reason', async (query, reason) => {
    const answer = await world.fhir(OFFICER, `/AuditEvent?${query}`);
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(reason)]);
  });

  it('are read in a batch as alone', async () => {
    const entry = [{ request: { method: 'GET', url: 'AuditEvent?patient=bo' } }];
    const body = JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry });
    const answer = await world.fhir(OFFICER, '', { method: 'POST', body });
    expect(answer.text).toContain('"resourceType":"AuditEvent"');
  });
});

describe('who may see them', () => {
  it('patients what is about themselves, and nobody’s else', async () => {
    const own = await all('', 'patient');
    expect(codesOf(own)).toContain('delete');
    expect(codesOf(await all('patient=ada-demo', 'patient'))).toContain('delete');
    for (const event of own) {
      expect(event.entity.some(({ what }) => what?.reference === 'Patient/bo')).toBe(false);
    }
    expect((await world.fhir('patient', '/AuditEvent?patient=bo')).status).toBe(403);
    await world.fhir('clinician', '/Observation?patient=ada-demo,bo');
    const asked = Buffer.from('patient=ada-demo%2Cbo').toString();
    const told = async (persona: string) =>
      (await world.fhir(persona, '/Patient/ada-demo/AuditEvent')).text.includes(asked);
    expect([await told(OFFICER), await told('patient')]).toEqual([true, false]);
    expect((await world.fhir('patient', '/Patient/bo/AuditEvent')).status).toBe(403);
    const [others] = await all('patient=bo');
    expect((await world.fhir('patient', `/AuditEvent/${others?.id}`)).status).toBe(404);
    expect((await world.fhir('patient', `/AuditEvent/${own.at(-1)?.id}`)).status).toBe(200);
  });

  it('nobody else, whether there is such an event or not', async () => {
    const [event] = await all('patient=bo');
    for (const persona of ['clinician', 'researcher', 'operator']) {
      expect((await world.fhir(persona, '/AuditEvent?patient=bo')).status).toBe(403);
      const there = await world.fhir(persona, `/AuditEvent/${event?.id}`);
      const absent = await world.fhir(persona, '/AuditEvent/01935b1e-7a54-7c2e-9d3f-000000000001');
      expect([there.status, there.body['issue']]).toEqual([404, absent.body['issue']]);
    }
  });

  it('each look is recorded, for every patient it showed something of', async () => {
    await search(`${recent}&_count=200`);
    await world.fhir('clinician', '/AuditEvent?patient=bo');
    const owner = createPool({ url: world.server.ownerUrl, tenant: 1, max: 1 });
    const records = await auditRecords(owner, world);
    await owner.end();
    const looks = records.filter(({ body }) => body?.target?.startsWith('AuditEvent?'));
    const [last] = looks.slice(-1);
    expect([last?.outcome, last?.body?.patient]).toEqual([4, 'bo']);
    const target = looks.at(-2)?.body?.target;
    const shown = looks.filter(({ body }) => body?.target === target);
    const patients = new Set(shown.map(({ body }) => body?.patient));
    expect([patients.has('ada-demo'), patients.has('bo'), patients.has(null)]).toEqual([
      ...[true, true, false],
    ]);
    expect(shown).toHaveLength(patients.size);
    expect(new Set(shown.map(({ actor }) => actor)).size).toBe(1);
  });
});

/** What a BALP profile fixes. */
function shapeOf({ type, action, agent, entity }: Event) {
  const roles = entity.map(({ role }) => role?.code);
  return {
    type: type.code,
    action,
    machines: agent
      .filter(({ requestor }) => !requestor)
      .map((each) => each.type?.coding?.[0]?.code),
    isQuery: roles.includes('24'),
    patients: roles.filter((role) => role === '1').length,
  };
}
