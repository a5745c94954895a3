import { eventsMigrations } from '@holdfast/events';
import { type ResourceType, typeOfCode } from '@holdfast/fhir';
import type { TenantId } from '@holdfast/kernel';
import { ledgerMigrations } from '@holdfast/ledger';
import { storeMigrations } from '@holdfast/store';
import { fakeClock, type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../actor.ts';
import { contentFactsOf } from '../content/content-facts.ts';
import { consentMigrations } from '../migrations.ts';
import { decidedRows, StoredWorld } from '../testing/stored-world.ts';
import { ConsentGates } from './consent-gates.ts';
import { ConsentProjection } from './consent-projection.ts';

const TENANT = 1 as TenantId;
const clinician: Actor = {
  tenant: TENANT,
  principal: 'Practitioner/a',
  closure: [],
  roles: ['clinician'],
  purposes: ['TREAT'],
  emergency: false,
  tokenId: 't',
};

const LOINC = 'http://loinc.org';
const laboratory = { system: 'http://category', code: 'laboratory' };

/** Each row differs from the others in one thing that a consent can ask about. */
const ROWS: Readonly<Record<string, { readonly type: ResourceType; readonly content: object }>> = {
  plain: { type: 'Observation', content: {} },
  coded: { type: 'Observation', content: { code: { coding: [{ system: LOINC, code: '1' }] } } },
  component: {
    type: 'Observation',
    content: { component: [{ code: { coding: [{ system: LOINC, code: '1' }] } }] },
  },
  tagged: { type: 'Observation', content: { meta: { tag: [{ system: LOINC, code: '1' }] } } },
  laboratory: { type: 'Observation', content: { category: [{ coding: [laboratory] }] } },
  profiled: { type: 'Observation', content: { meta: { profile: ['http://profile/1'] } } },
  encounter: { type: 'Observation', content: { encounter: { reference: 'Encounter/1' } } },
  versioned: {
    type: 'Observation',
    content: { encounter: { reference: 'Encounter/1/_history/3' } },
  },
  authored: { type: 'Observation', content: { performer: [{ reference: 'Practitioner/b' }] } },
  requested: { type: 'ServiceRequest', content: { performer: [{ reference: 'Practitioner/b' }] } },
  in2020: { type: 'Observation', content: { effectiveDateTime: '2020-05-01' } },
  around2020: {
    type: 'Observation',
    content: { effectivePeriod: { start: '2019-06-01', end: '2020-06-01' } },
  },
};
const ALL = Object.keys(ROWS);
const without = (...names: string[]) => ALL.filter((name) => !names.includes(name));

const STATED: readonly (readonly [string, object, readonly string[], readonly string[]])[] = [
  [
    'code',
    { code: [{ coding: [{ system: LOINC, code: '1' }] }] },
    ['coded', 'component'],
    without('coded', 'component'),
  ],
  ['class of a category', { class: [laboratory] }, ['laboratory'], without('laboratory')],
  [
    'class of a profile',
    { class: [{ system: 'urn:ietf:rfc:3986', code: 'http://profile/1' }] },
    ['profiled'],
    without('profiled'),
  ],
  [
    'what relates to an encounter',
    { data: [{ meaning: 'related', reference: { reference: 'Encounter/1' } }] },
    ['encounter', 'versioned'],
    without('encounter', 'versioned'),
  ],
  [
    'what somebody authored, where nobody on record counts as anybody for a deny',
    { data: [{ meaning: 'authoredby', reference: { reference: 'Practitioner/b' } }] },
    ['authored'],
    [],
  ],
  [
    'what somebody else authored',
    { data: [{ meaning: 'authoredby', reference: { reference: 'Practitioner/c' } }] },
    [],
    ['authored'],
  ],
  [
    'a data period, all of it for a permit, some of it for a deny, undated data denied',
    { dataPeriod: { start: '2020', end: '2020' } },
    ['in2020'],
    [],
  ],
  [
    'a data period that ended before',
    { dataPeriod: { end: '2018' } },
    [],
    ['in2020', 'around2020'],
  ],
];

describe('consents that ask what is in a resource', () => {
  let db: TestDatabase;
  let world: StoredWorld;
  const names = new Map<string, string>();
  beforeAll(async () => {
    db = await testDatabase({
      migrations: [ledgerMigrations, eventsMigrations, storeMigrations, consentMigrations],
    });
    world = new StoredWorld(db.pool);
  });
  afterAll(() => db.drop());

  async function visible(patientId: string, provision: object): Promise<readonly string[]> {
    const patient = await world.patient(patientId);
    const consent = { status: 'active', dateTime: '2026-01-01', provision };
    await world.resource({ type: 'Consent', patient, content: consent });
    await new ConsentProjection().project(db.appPool, TENANT, { changes: [], patients: [patient] });
    for (const [name, { type, content }] of Object.entries(ROWS)) {
      names.set(String(await world.resource({ type, patient, content })), name);
    }
    const gates = new ConsentGates({ database: () => db.appPool, clock: fakeClock(new Date()) });
    const gate = await gates.gateSource(clinician, 'read').refresh(Date.now());
    const { rows } = await decidedRows(
      db.appPool,
      (alias, bind) => gate.releasable(alias, bind),
      (code) => typeOfCode(code) ?? '',
    );
    const own = rows.filter(({ key, facts }) => facts.patient === patient && names.has(key));
    const inProcess = own.filter((row) => gate.decide(row.facts, row.nowMs).kind === 'release');
    const inSql = own.filter(({ released }) => released);
    expect(inSql.map(({ key }) => key)).toEqual(inProcess.map(({ key }) => key));
    return inSql.map(({ key }) => names.get(key) ?? '');
  }

  it.each(STATED)(
    '%s: permit and deny, in SQL as in process',
    async (name, stated, permits, denies) => {
      const id = name.replaceAll(/[^a-z]+/g, '-').slice(0, 50);
      expect(await visible(`${id}-1`, { type: 'permit', ...stated })).toEqual(permits);
      const excepted = { type: 'permit', provision: [{ type: 'deny', ...stated }] };
      expect(await visible(`${id}-2`, excepted)).toEqual(denies);
    },
  );

  it('reads content in SQL as in process, whatever its shape', async () => {
    const odd = JSON.stringify({
      resourceType: 'ServiceRequest',
      meta: { security: [{ system: 's', code: 'no' }], profile: ['p'] },
      code: { coding: [{ code: 'bare' }, { system: 5, code: 'five' }, { system: 's', code: 7 }] },
      type: [{ coding: { nested: [[{ system: 's', code: 'deep' }]] } }],
      class: { system: 's', code: 'itself' },
      performer: [{ reference: 'Practitioner/asked' }],
      requester: { reference: 'Practitioner/asks/_history/1', type: { code: 'odd' } },
      contained: [{ reference: '#1' }, null, true, 'text'],
    });
    const row = { ...NOTHING, content: odd };
    const facts = contentFactsOf(row);
    const sorted = (set: ReadonlySet<string> | undefined) => [...(set ?? [])].sort();
    const { rows } = await db.appPool.query<Record<string, string[]>>(
      `select array(select distinct v from consent_codings($1::text::jsonb - 'meta') v) as codings,
        array(select distinct v from consent_codings(consent_class_part($1::text)) v) as class,
        array(select distinct v from consent_references($1::text::jsonb - 'meta') v) as references,
        array(select distinct v from consent_references(consent_author_part($1::text)) v) as authors`,
      [odd],
    );
    const [found = {}] = rows;
    const inSql = Object.entries(found).map(([name, list]) => [name, [...list].sort()]);
    expect(Object.fromEntries(inSql)).toEqual({
      codings: sorted(facts?.codings),
      class: sorted(facts?.classCodings),
      references: sorted(facts?.references),
      authors: sorted(facts?.authors),
    });
    expect(sorted(facts?.authors)).toEqual(['Practitioner/asks']);
    expect(sorted(facts?.classCodings)).toEqual(['s|deep', 's|itself']);
  });
});

const NOTHING = {
  type: 'ServiceRequest',
  id: 'x',
  patient: null,
  patientId: null,
  confidentiality: 3,
  sensitivity: 0n,
  consentClass: 0,
  residual: [],
  ties: [],
  others: [],
};
