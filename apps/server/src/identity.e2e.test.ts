import { createPool } from '@holdfast/postgres';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Answer, type Serving, serving } from './testing/serving.ts';

const MRN = 'urn:example:mrn';
const LAB = 'urn:example:laboratory';
const MATCH_GRADE = 'http://hl7.org/fhir/StructureDefinition/match-grade';

const person = (id: string, own: object = {}) => ({
  resourceType: 'Patient',
  id,
  name: [{ family: 'Okonkwo', given: ['Chidera'] }],
  birthDate: '1983-07-19',
  gender: 'female',
  telecom: [{ system: 'phone', value: '+49 30 7654321' }],
  address: [{ line: ['12 Mill Lane'], city: 'Lindow', postalCode: '16835' }],
  ...own,
});
const identified = (system: string, value: string) => ({ identifier: [{ system, value }] });
/** Somebody who shares nothing with the others. */
const elsewhere = (family: string, given: string, birthDate: string) => ({
  ...named(family, given),
  birthDate,
  telecom: undefined,
  address: [{ line: [`7 ${family} Road`], city: `${family}ville`, postalCode: '99000' }],
});
const named = (family: string, given: string) => ({ name: [{ family, given: [given] }] });

let stage: Serving;
let owner: Pool;

beforeAll(async () => {
  stage = await serving();
  owner = createPool({ url: stage.server.ownerUrl, tenant: 1, max: 1 });
  await put(person('chidera-1', identified(MRN, '1001')));
  await put(person('chidera-2', identified(LAB, 'L-77')));
  await put(person('twin', { ...identified(MRN, '1002'), ...named('Okonkwo', 'Adaeze') }));
  await put(person('alone', elsewhere('Vestergaard', 'Ida', '1991-03-03')));
  await put(person('retired', { ...named('Silva', 'Rui'), active: false }));
  await caughtUp();
}, 180_000);
afterAll(async () => {
  await owner.end();
  await stage.stop();
}, 60_000);

async function put(resource: { readonly id: string }): Promise<void> {
  const init = { method: 'PUT', body: JSON.stringify(resource) };
  const answer = await stage.fhir('importer', `/Patient/${resource.id}`, init);
  if (answer.status >= 300) throw new Error(answer.text);
}

/** Until the group has handled every event of a Patient that there is, committed. */
async function caughtUp(): Promise<void> {
  const waiting = async () => {
    const { rows } = await owner.query<{ waiting: string; groups: string }>(
      `select count(*) filter (where (e.xid, e.id) > (g.xid, g.id)) as waiting, count(*) as groups
       from consumer_group g left join event e on e.resource_type = 'Patient'
       where g.name = 'identity-matching'`,
    );
    return rows[0]?.groups === '0' ? 'no group yet' : rows[0]?.waiting;
  };
  await vi.waitFor(async () => expect(await waiting()).toBe('0'), { timeout: 30_000 });
}

const match = (parameters: object | null, patient: object = person('x'), persona = 'clinician') => {
  const body =
    parameters === null
      ? patient
      : {
          resourceType: 'Parameters',
          parameter: [
            { name: 'resource', resource: patient },
            ...Object.entries(parameters).map(([name, value]) => ({
              name,
              [typeof value === 'boolean' ? 'valueBoolean' : 'valueInteger']: value as unknown,
            })),
          ],
        };
  return stage.fhir(persona, '/Patient/$match', { method: 'POST', body: JSON.stringify(body) });
};

interface Entry {
  readonly resource: { readonly resourceType: string; readonly id: string };
  readonly search: {
    readonly mode: string;
    readonly score?: number;
    readonly extension?: readonly { readonly url: string; readonly valueCode: string }[];
  };
}
const entriesOf = ({ body }: Answer) => (body['entry'] ?? []) as readonly Entry[];
const found = (answer: Answer) =>
  entriesOf(answer)
    .filter(({ search }) => search.mode === 'match')
    .map(({ resource, search }) => [resource.id, search.extension?.[0]?.valueCode]);

describe('Patient/$match: the cases of ITI-119', () => {
  const ida = person('x', elsewhere('Vestergaard', 'Ida', '1991-03-03'));

  it('1: one record is returned with its score and grade', async () => {
    const answer = await match({}, ida);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ resourceType: 'Bundle', type: 'searchset', total: 1 });
    const [entry] = entriesOf(answer);
    expect(entry?.resource.id).toBe('alone');
    expect(entry?.search.extension).toEqual([{ url: MATCH_GRADE, valueCode: 'certain' }]);
    expect(entry?.search.score).toBeGreaterThan(0.99);
    expect(entry?.search.score).toBeLessThanOrEqual(1);
  });

  it('2: several are returned, the likeliest first, and a twin is never certain', async () => {
    const answer = await match({});
    expect(found(answer)).toEqual([
      ['chidera-1', 'certain'],
      ['chidera-2', 'certain'],
      ['twin', 'possible'],
    ]);
    const scores = entriesOf(answer).map(({ search }) => search.score ?? 0);
    expect(scores).toEqual(scores.toSorted((one, other) => other - one));
  });

  it('3: a certain one is returned where only such are asked for', async () => {
    expect(found(await match({ onlyCertainMatches: true }, ida))).toEqual([['alone', 'certain']]);
  });

  it('3: so are several that are certainly one person', async () => {
    const ids = found(await match({ onlyCertainMatches: true })).map(([id]) => id);
    expect(ids).toEqual(['chidera-1', 'chidera-2']);
  });

  it('4: one that is not certain is not returned then', async () => {
    const twin = person('x', { ...named('Okonkwo', 'Ngozi') });
    expect(found(await match({}, twin)).length).toBeGreaterThan(0);
    const answer = await match({ onlyCertainMatches: true }, twin);
    expect(answer.status).toBe(200);
    expect(answer.body['entry']).toBeUndefined();
  });

  it('5: several that may be different people are none', async () => {
    const siv = elsewhere('Lindqvist', 'Siv', '1962-05-06');
    await put(person('homonym-1', { ...siv, ...identified(LAB, 'S-1') }));
    const other = { gender: 'male', address: undefined };
    await put(person('homonym-2', { ...siv, ...identified(MRN, 'S-2'), ...other }));
    await caughtUp();
    const both = {
      ...siv,
      address: undefined,
      gender: undefined,
      identifier: [
        { system: LAB, value: 'S-1' },
        { system: MRN, value: 'S-2' },
      ],
    };
    expect(found(await match({}, person('x', both)))).toEqual([
      ['homonym-1', 'certain'],
      ['homonym-2', 'certain'],
    ]);
    expect(found(await match({ onlyCertainMatches: true }, person('x', both)))).toEqual([]);
  });

  it('6: what is beyond the count is left out, after ordering', async () => {
    expect(found(await match({ count: 1 }))).toEqual([['chidera-1', 'certain']]);
  });

  it('7: nobody found is an empty answer, and no error', async () => {
    const answer = await match(
      {},
      person('x', {
        ...named('Tanaka', 'Jun'),
        birthDate: '1950-01-01',
        telecom: undefined,
        address: undefined,
      }),
    );
    expect([answer.status, answer.body['total'], answer.body['entry']]).toEqual([
      200,
      0,
      undefined,
    ]);
  });

  it('8: a record that is not to be used any more is left out', async () => {
    const answer = await match({}, person('x', named('Silva', 'Rui')));
    expect(found(answer).map(([id]) => id)).not.toContain('retired');
  });

  it.each([
    ['a body that is neither', { resourceType: 'Observation' }, 'resourceType'],
    ['no patient', { resourceType: 'Parameters', parameter: [] }, 'Parameters.parameter'],
    [
      'a count of none',
      {
        resourceType: 'Parameters',
        parameter: [
          { name: 'resource', resource: person('x') },
          { name: 'count', valueInteger: 0 },
        ],
      },
      'count',
    ],
  ])('9: %s is refused by name', async (_, body, place) => {
    const init = { method: 'POST', body: JSON.stringify(body) };
    const answer = await stage.fhir('clinician', '/Patient/$match', init);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ resourceType: 'OperationOutcome' });
    expect(answer.text).toContain(place);
  });

  it('10: warnings stand beside the matches', async () => {
    const answer = await match({ fuzzy: true }, ida);
    expect(found(answer)).toHaveLength(1);
    const outcome = entriesOf(answer).find(({ search }) => search.mode === 'outcome');
    expect(JSON.stringify(outcome)).toMatch(/"severity":"warning".*fuzzy/);
  });

  it('takes a Patient by itself, and says where it says too little', async () => {
    expect(found(await match(null, ida))).toEqual([['alone', 'certain']]);
    const answer = await match(null, { resourceType: 'Patient', gender: 'female' });
    expect(answer.body['total']).toBe(0);
    expect(answer.text).toContain('too little');
  });

  it('makes nobody of two who share birth date and gender alone', async () => {
    const answer = await match(null, {
      resourceType: 'Patient',
      birthDate: '1983-07-19',
      gender: 'female',
    });
    const grades = found(answer).map(([, grade]) => grade);
    expect(grades.filter((grade) => grade !== 'possible')).toEqual([]);
  });

  it('is in the CapabilityStatement', async () => {
    const { text } = await stage.fhir('clinician', '/metadata');
    expect(text).toContain('OperationDefinition/Patient-match');
    expect(text).toContain('IHE.PIXm.pix');
  });

  it('is recorded, for each patient shown', async () => {
    const recorded = async () => {
      const { rows } = await owner.query<{ records: string }>(
        `select count(*) as records from audit where convert_from(leaf, 'utf8')::json ->> 'type' = 'operation-match'`,
      );
      return Number(rows[0]?.records);
    };
    const before = await recorded();
    await match({ count: 2 });
    expect(await recorded()).toBe(before + 2);
  });
});

describe('matching by events', () => {
  const links = async () =>
    (
      await owner.query<{ one: string; other: string; state: string; withheld: string | null }>(
        `select one, other, state, withheld from identity_link where one like 'chidera%' or other = 'twin'
         order by 1, 2`,
      )
    ).rows;

  it('links what is certain, and asks a steward about twins', async () => {
    expect(await links()).toEqual([
      { one: 'chidera-1', other: 'chidera-2', state: 'linked', withheld: null },
      { one: 'chidera-1', other: 'twin', state: 'review', withheld: 'maybe-family' },
      { one: 'chidera-2', other: 'twin', state: 'review', withheld: 'maybe-family' },
    ]);
  });

  it('follows a change, and a deletion', async () => {
    await put(person('passing', { ...named('Novak', 'Ivo'), ...identified(MRN, '5') }));
    await put(person('passing-2', { ...named('Novak', 'Ivo'), ...identified(MRN, '5') }));
    await caughtUp();
    const count = async () =>
      (await owner.query(`select from identity_link where one = 'passing' and state = 'linked'`))
        .rowCount;
    expect(await count()).toBe(1);
    await put(
      person('passing-2', {
        ...named('Haddad', 'Goran'),
        birthDate: '1950-05-05',
        telecom: undefined,
        address: undefined,
      }),
    );
    await caughtUp();
    expect(await count()).toBe(0);
    await put(person('passing-2', { ...named('Novak', 'Ivo'), ...identified(MRN, '5') }));
    await caughtUp();
    expect(await count()).toBe(1);
    const gone = await stage.fhir('importer', '/Patient/passing-2', { method: 'DELETE' });
    expect(gone.status).toBeLessThan(300);
    await caughtUp();
    expect(await count()).toBe(0);
    const { rowCount } = await owner.query(`select from identity_key where patient = 'passing-2'`);
    expect(rowCount).toBe(0);
  });
});

describe('Patient/$ihe-pix', () => {
  const pix = (query: string, persona = 'clinician') =>
    stage.fhir(persona, `/Patient/$ihe-pix?${query}`);
  const source = (token: string) => `sourceIdentifier=${encodeURIComponent(token)}`;

  it('gives the other identifiers of a person, and not the one it was asked by', async () => {
    const answer = await pix(source(`${MRN}|1001`));
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      resourceType: 'Parameters',
      parameter: [
        { name: 'targetIdentifier', valueIdentifier: { system: LAB, value: 'L-77' } },
        { name: 'targetId', valueReference: { reference: 'Patient/chidera-1' } },
        { name: 'targetId', valueReference: { reference: 'Patient/chidera-2' } },
      ],
    });
  });

  it('gives those of the domains that are asked for', async () => {
    const answer = await pix(`${source(`${MRN}|1001`)}&targetSystem=${LAB}`);
    expect(answer.body['parameter']).toEqual([
      { name: 'targetIdentifier', valueIdentifier: { system: LAB, value: 'L-77' } },
    ]);
    const none = await pix(`${source(`${MRN}|1002`)}&targetSystem=${LAB}`);
    expect([none.status, none.body]).toEqual([200, { resourceType: 'Parameters' }]);
  });

  it('takes the address of a record as an identifier', async () => {
    const base = `${stage.server.url}/fhir/R4`;
    const { body } = await pix(source(`${base}|Patient/chidera-2`));
    expect(JSON.stringify(body)).toContain('"1001"');
    expect(JSON.stringify(body)).not.toContain('Patient/chidera-2');
  });

  it.each([
    [source(`${MRN}|9999`), 404, 'not-found', 'sourceIdentifier Patient Identifier not found'],
    [source('urn:nobody|1'), 400, 'code-invalid', 'sourceIdentifier Assigning Authority not found'],
    [
      `${source(`${MRN}|1001`)}&targetSystem=urn:nobody`,
      403,
      'code-invalid',
      'targetSystem not found',
    ],
    ['targetSystem=urn:nobody', 400, 'required', 'sourceIdentifier is needed once'],
  ])('%s is %d %s', async (query, status, code, diagnostics) => {
    const answer = await pix(query);
    expect(answer.status).toBe(status);
    const [issue] = answer.body['issue'] as readonly { code: string; diagnostics: string }[];
    expect(issue?.code).toBe(code);
    expect(issue?.diagnostics).toContain(diagnostics);
  });
});
