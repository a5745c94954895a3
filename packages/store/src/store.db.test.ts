import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parseSearch, planTransaction, type Resource, type ResourceType } from '@holdfast/fhir';
import type { TestDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Dictionary,
  type FhirRepository,
  type GateSource,
  type Identified,
  read,
  readVersion,
  search,
} from './index.ts';
import {
  gateOf,
  observation,
  open,
  patient,
  type StoreStage,
  seal,
  storeStage,
  tenant,
} from './testing/store-stage.ts';

let stage: StoreStage;
let database: TestDatabase;
let dictionary: Dictionary;
let repository: FhirRepository;
const context = (gates?: GateSource) => stage.context(gates);

beforeAll(async () => {
  stage = await storeStage();
  ({ database, dictionary, repository } = stage);
});
afterAll(async () => {
  await database.drop();
});

const create = (...resources: Identified[]) =>
  repository.write(
    resources.map((resource) => ({ kind: 'create', resource })),
    context(),
  );

async function ids(type: ResourceType, query: string, gates: GateSource = open): Promise<string[]> {
  const parsed = parseSearch(type, query);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const page = await search(parsed.value, {
    db: database.appPool,
    tenant,
    dictionary,
    seal,
    gates,
  });
  return page.versions.map((version) => version.id);
}

describe('a write', () => {
  it('is read back as it was written, with id, version and event', async () => {
    await create(patient('w1', 'Lovelace'), observation('w1-o', 'w1', '2024-01-02T03:04:05Z'));
    const found = await read(database.appPool, open, { tenant, type: 'Observation', id: 'w1-o' });
    expect(found.kind).toBe('found');
    if (found.kind !== 'found') return;
    const stored = JSON.parse(found.version.content ?? '') as Identified;
    expect(stored).toMatchObject(observation('w1-o', 'w1', '2024-01-02T03:04:05Z'));
    expect(stored['meta']).toEqual({ versionId: '1', lastUpdated: found.version.updated });
    expect(found.version.facts.patientId).toBe('w1');
    const { rows } = await database.pool.query(
      `select seq, interaction, resource_type, patient_id from event where patient_id = 'w1' order by seq`,
    );
    expect(rows).toEqual([
      { seq: '1', interaction: 'create', resource_type: 'Patient', patient_id: 'w1' },
      { seq: '2', interaction: 'create', resource_type: 'Observation', patient_id: 'w1' },
    ]);
  });

  it('has the same events written one by one as written together', async () => {
    const of = (id: string) => [
      patient(id, 'Twice'),
      observation(`${id}-o`, id, '2024-01-01'),
      { resourceType: 'Organization', id: `${id}-org`, name: 'Nobody is its patient' } as const,
    ];
    await create(...of('both'));
    for (const resource of of('each')) await create(resource);
    const eventsOf = async (id: string) => {
      const { rows } = await database.pool.query<{ told: string }>(
        `select replace((to_jsonb(e) - array['id', 'xid', 'stream', 'event_id', 'occurred_at'])::text,
             $1, '?') as told
           from event e where resource_id like $1 || '%' order by id`,
        [id],
      );
      return rows.map(({ told }) => told);
    };
    const events = await eventsOf('each');
    expect(events).toHaveLength(3);
    expect(events).toEqual(await eventsOf('both'));
  });

  it('with a reference to nothing is refused, naming the element, and leaves nothing', async () => {
    const before = await database.pool.query('select count(*) from audit');
    await expect(create(observation('lost', 'nobody', '2024-01-01'))).rejects.toMatchObject({
      code: 'STORE_REFERENCE_MISSING',
      detail: { expression: ['Observation.subject'] },
    });
    expect((await database.pool.query('select count(*) from audit')).rows).toEqual(before.rows);
    expect(await ids('Observation', '_id=lost')).toEqual([]);
  });

  it('with a reference to a version that is not there is refused, naming the element', async () => {
    await create(patient('v1', 'Former'));
    await repository.write([{ kind: 'put', resource: patient('v1', 'Later') }], context());
    const referring = (id: string, version: string, more: object = {}): Identified => ({
      ...observation(id, 'v1', '2024-01-02'),
      focus: [{ reference: `Patient/v1/_history/${version}` }],
      ...more,
    });
    await create(referring('v-1', '1'), referring('v-2', '2'));
    for (const version of ['3', '99', '0', '01', '1e0', 'x']) {
      await expect(create(referring('v-no', version))).rejects.toMatchObject({
        code: 'STORE_REFERENCE_MISSING',
        detail: { expression: ['Observation.focus[0]'] },
      });
    }
    const performer = (version: string) => ({
      performer: [{ reference: `Practitioner/v-dr/_history/${version}` }],
    });
    const doctor = { resourceType: 'Practitioner', id: 'v-dr' } as const;
    // Written by the same transaction: the version that it gets.
    await expect(create(doctor, referring('v-3', '1', performer('2')))).rejects.toMatchObject({
      detail: { expression: ['Observation.performer[0]'] },
    });
    await create(doctor, referring('v-3', '1', performer('1')));
    expect(await ids('Observation', 'subject=Patient/v1&_sort=_id')).toEqual(['v-1', 'v-2', 'v-3']);
    const lenient = stage.another({ references: 'off' });
    await lenient.write([{ kind: 'create', resource: referring('v-4', '99') }], context());
  });

  it.each([
    ['9999', 'gt9998', '9999'],
    ['9999-12-31', 'ge9999-12-31', '9999'],
    ['9999-12-31T23:00:00-14:00', 'gt9999-12-31', 'sa9999-12-31'],
    ['0001-01-01T00:00:00+14:00', 'lt0001-01-01', 'eb0001-01-01'],
    ['0001', 'eq0001', 'lt0002'],
  ])(
    'dated %s is found by %s and by %s: the calendar goes on at both ends',
    async (date, ...by) => {
      const id = `far-${by.join('-')}`.replaceAll(/[^A-Za-z0-9-]/g, '');
      await create(patient(id, 'Far'), observation(`${id}-o`, id, date));
      for (const criterion of by) {
        expect(await ids('Observation', `subject=Patient/${id}&date=${criterion}`)).toEqual([
          `${id}-o`,
        ]);
      }
      expect(await ids('Observation', `subject=Patient/${id}&_sort=-date&_count=1`)).toHaveLength(
        1,
      );
    },
  );

  it('with a reference to nothing is taken where references are not enforced, its patient apart', async () => {
    await create(patient('off', 'Off'));
    const lenient = stage.another({ references: 'off' });
    const write = (id: string, subject: string) =>
      lenient.write(
        [
          {
            kind: 'create',
            resource: {
              ...observation(id, subject, '2024-01-01'),
              performer: [{ reference: 'Practitioner/nobody' }],
            },
          },
        ],
        context(),
      );
    await write('off-o', 'off');
    expect(await ids('Observation', 'subject=Patient/off')).toEqual(['off-o']);
    await expect(write('off-p', 'nobody')).rejects.toMatchObject({
      code: 'STORE_REFERENCE_MISSING',
    });
  });

  it('onto another version than the current one is refused in words true of either side', async () => {
    await create(patient('c1', 'First'));
    const put = (family: string, ifMatch?: number) =>
      repository.write([{ kind: 'put', resource: patient('c1', family), ifMatch }], context());
    await put('Second', 1);
    for (const version of [1, 7]) {
      await expect(put('Third', version)).rejects.toMatchObject({
        code: 'STORE_VERSION_CONFLICT',
        row: {
          text: 'If-Match does not name the current version of the resource; nothing was written.',
        },
      });
    }
    expect(await ids('Patient', 'name=second')).toEqual(['c1']);
  });

  it('by many writers of one resource loses no update', async () => {
    await create(patient('race', 'Zero'));
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) =>
        repository.write([{ kind: 'put', resource: patient('race', `N${i}`) }], context()),
      ),
    );
    const won = outcomes.filter((o) => o.status === 'fulfilled').length;
    const page = await stage.history({ type: 'Patient', id: 'race' });
    expect(page.versions.map((v) => v.version)).toEqual(
      Array.from({ length: won + 1 }, (_, i) => won + 1 - i),
    );
    for (const o of outcomes)
      if (o.status === 'rejected') expect(o.reason).toMatchObject({ code: 'STORE_CONTENTION' });
  });

  it('of an existing id by PUT twice at once makes one resource with two versions', async () => {
    const put = () =>
      repository.write([{ kind: 'put', resource: patient('twice', 'Same') }], context());
    await Promise.all([put(), put()]);
    const found = await read(database.appPool, open, { tenant, type: 'Patient', id: 'twice' });
    expect(found.kind === 'found' && found.version.version).toBe(2);
  });
});

describe('an update', () => {
  it('moves the resource in every index and keeps the version that goes out', async () => {
    await create(
      patient('u1', 'Oldname'),
      observation('u1-o', 'u1', '2020-01-01T00:00:00Z', 'old-code'),
    );
    await repository.write(
      [
        { kind: 'put', resource: patient('u1', 'Newname') },
        { kind: 'put', resource: observation('u1-o', 'u1', '2021-01-01T00:00:00Z', 'new-code') },
      ],
      context(),
    );
    expect(await ids('Patient', 'name=oldname')).toEqual([]);
    expect(await ids('Patient', 'family=newname')).toEqual(['u1']);
    expect(await ids('Observation', 'code=http://loinc.org|old-code')).toEqual([]);
    expect(await ids('Observation', 'code=http://loinc.org|new-code')).toEqual(['u1-o']);
    const old = await readVersion(database.appPool, open, {
      tenant,
      type: 'Patient',
      id: 'u1',
      version: 1,
    });
    expect(old.kind === 'found' && old.version.content).toContain('Oldname');
    // Exactly the rows of the new version stand in the index.
    const { rows } = await database.pool.query(
      `select count(*) from token_index t join resource r on r.key = t.resource
       where r.id = 'u1-o' and t.at <> r.at`,
    );
    expect(rows).toEqual([{ count: '0' }]);
  });

  it('that deletes leaves a tombstone, no index row, and all versions', async () => {
    await create(patient('d1', 'Gone'));
    await repository.write([{ kind: 'delete', type: 'Patient', id: 'd1' }], context());
    const found = await read(database.appPool, open, { tenant, type: 'Patient', id: 'd1' });
    expect(found.kind).toBe('gone');
    expect(await ids('Patient', 'name=gone')).toEqual([]);
    const { rows } = await database.pool.query(
      `select count(*) from string_index s join resource r on r.key = s.resource where r.id = 'd1'`,
    );
    expect(rows).toEqual([{ count: '0' }]);
    await repository.write([{ kind: 'put', resource: patient('d1', 'Back') }], context());
    expect(await ids('Patient', 'name=back')).toEqual(['d1']);
    const page = await stage.history({ type: 'Patient', id: 'd1' });
    expect(page.versions.map((v) => [v.version, v.deleted])).toEqual([
      [3, false],
      [2, true],
      [1, false],
    ]);
  });
});

describe('a search', () => {
  it('finds by every kind of parameter the slice offers', async () => {
    await create(
      patient('s1', 'Müller-Lüdenscheidt'),
      observation('s1-a', 's1', '2024-05-01T10:00:00Z'),
      observation('s1-b', 's1', '2024-05-02T10:00:00Z'),
      observation('s1-c', 's1', '2024-05-03T10:00:00Z', 'other'),
    );
    expect(await ids('Patient', 'identifier=urn:mrn|mrn-s1')).toEqual(['s1']);
    expect(await ids('Patient', 'name=muller')).toEqual(['s1']);
    expect(await ids('Patient', 'name:exact=Müller-Lüdenscheidt')).toEqual(['s1']);
    expect(await ids('Patient', 'name:contains=denscheidt')).toEqual(['s1']);
    expect(await ids('Patient', 'birthdate=1980-02-03&_id=s1')).toEqual(['s1']);
    expect(await ids('Observation', 'patient=s1&category=vital-signs&_sort=-date')).toEqual([
      's1-c',
      's1-b',
      's1-a',
    ]);
    expect(await ids('Observation', 'subject=Patient/s1&code=8867-4&_sort=date')).toEqual([
      's1-a',
      's1-b',
    ]);
    expect(await ids('Observation', 'patient=s1&date=ge2024-05-02')).toEqual(['s1-c', 's1-b']);
    expect(await ids('Observation', 'patient=s1&date=lt2024-05-02')).toEqual(['s1-a']);
    expect(await ids('Observation', 'patient=s1&code:not=other')).toEqual(['s1-b', 's1-a']);
    expect(await ids('Observation', 'patient=s1&value-quantity=gt71')).toEqual([
      's1-c',
      's1-b',
      's1-a',
    ]);
    expect(await ids('Observation', 'patient=s1&encounter:missing=true')).toHaveLength(3);
  });

  it('pages in order without repeat or gap, and refuses a cursor of another search', async () => {
    await create(patient('p1', 'Pages'));
    const days = Array.from(
      { length: 23 },
      (_, i) => `2023-01-${String(i + 1).padStart(2, '0')}T00:00:00Z`,
    );
    await create(...days.map((day, i) => observation(`p1-${i}`, 'p1', day)));
    const query = (cursor: string | null, text = 'patient=p1&_count=5&_total=accurate') => {
      const parsed = parseSearch(
        'Observation',
        cursor === null ? text : `${text}&_cursor=${cursor}`,
      );
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
      return search(parsed.value, { db: database.appPool, tenant, dictionary, seal, gates: open });
    };
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof query>> = await query(cursor);
      expect(page.total).toEqual({ value: 23, exact: true });
      seen.push(...page.versions.map((v) => v.id));
      cursor = page.next;
    } while (cursor !== null);
    expect(seen).toEqual(days.map((_, i) => `p1-${22 - i}`));
    const first = await query(null);
    await expect(query(first.next, 'patient=s1&_count=5')).rejects.toMatchObject({
      code: 'STORE_CURSOR_INVALID',
    });
  });

  it('under a gate shows, counts and pages as if the hidden rows were not there', async () => {
    await create(
      patient('h1', 'Hidden'),
      patient('h2', 'Hidden'),
      observation('h1-o', 'h1', '2024-01-01', 'rare'),
    );
    const gates = gateOf(new Set(['h1']));
    expect(await ids('Patient', 'name=hidden', gates)).toEqual(['h2']);
    expect(await ids('Observation', 'code=http://loinc.org|rare', gates)).toEqual([]);
    const found = await read(database.appPool, gates, { tenant, type: 'Patient', id: 'h1' });
    expect(found.kind).toBe('hidden');
    const write = repository.write(
      [{ kind: 'put', resource: patient('h1', 'Mine') }],
      context(gates),
    );
    await expect(write).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
  });
});

const SYNTHEA = new URL('../../../../shared/data/synthea/', import.meta.url);

describe.skipIf(!existsSync(SYNTHEA) && !process.env['CI'])('Synthea transaction bundles', () => {
  it('load whole, every reference resolved, found by the parameters of the slice', async () => {
    const file = readdirSync(SYNTHEA).sort()[0] ?? '';
    const bundle = JSON.parse(
      gunzipSync(readFileSync(new URL(file, SYNTHEA))).toString(),
    ) as Resource;
    let n = 0;
    const plan = planTransaction(bundle, { newId: () => `syn-${n++}` });
    if (!plan.ok) throw new Error(JSON.stringify(plan.error.slice(0, 3)));
    const intents = plan.value.entries.flatMap((entry) =>
      entry.method === 'create'
        ? [{ kind: 'create' as const, resource: entry.resource as Identified }]
        : [],
    );
    const outcomes = await repository.write(intents, context());
    const changes = outcomes.flatMap((each) => (each.kind === 'written' ? [each.change] : []));
    expect(changes).toHaveLength((bundle['entry'] as unknown[]).length);
    const text = changes.map((change) => change.content).join('');
    expect(text).not.toContain('urn:uuid:');
    const owner = changes.find((change) => change.type === 'Patient');
    const found = await ids('Encounter', `patient=${owner?.id}&_count=1000`);
    expect(found).toHaveLength(changes.filter((change) => change.type === 'Encounter').length);
  });
});
