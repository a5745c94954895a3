import { resourceTypes } from '@holdfast/fhir';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Identified } from '../index.ts';
import { INCLUDED_MAX, SEARCH_CANDIDATES_MAX, SEARCH_STREAMS_MAX } from '../limits.ts';
import { gateHiding, parsed, SearchStage, seeAll } from '../testing/search-stage.ts';
import { compileSearch } from './compile-search.ts';

let stage: SearchStage;
beforeAll(async () => {
  stage = await SearchStage.open();
}, 60_000);
afterAll(() => stage.drop());

const patient = (id: string, family: string, birthDate?: string): Identified => ({
  resourceType: 'Patient',
  id,
  name: [{ family }],
  ...(birthDate !== undefined && { birthDate }),
});
const basic = (id: string, code: string): Identified => ({
  resourceType: 'Basic',
  id,
  code: { coding: [{ system: 'urn:c', code }] },
});
const remove = (type: 'Patient', id: string) => stage.write([{ kind: 'delete', type, id }]);

describe('pages read while others write', () => {
  it('hold every row once that stays, whatever comes and goes around it', async () => {
    const ids = Array.from({ length: 30 }, (_, i) => `stay${String(i).padStart(2, '0')}`);
    await stage.load(ids.map((id, i) => patient(id, `Keyset${String(i % 7)}`)));
    const query = parsed('Patient', 'name=keyset&_sort=family,-_id&_count=4');
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let round = 0; ; round++) {
      const page = await stage.page(cursor === undefined ? query : { ...query, cursor });
      seen.push(...page.versions.map(({ id }) => id).filter((id) => id.startsWith('stay')));
      if (page.next === null) break;
      cursor = page.next;
      await stage.load([patient(`new${round}`, `Keyset${round % 7}`)]);
      if (round > 0) await remove('Patient', `new${round - 1}`);
    }
    expect(seen).toHaveLength(ids.length);
    expect([...seen].sort()).toEqual(ids);
  });

  it('go on from a row that is gone, and from one without a key', async () => {
    await stage.load([
      patient('k1', 'Gap', '1990-01-01'),
      patient('k2', 'Gap'),
      patient('k3', 'Gap'),
      patient('k4', 'Gap', '1980-01-01'),
    ]);
    const query = parsed('Patient', 'family=gap&_sort=-birthdate&_count=1');
    const first = await stage.page(query);
    expect(first.versions[0]?.id).toBe('k1');
    await remove('Patient', 'k1');
    const rest: string[] = [];
    for (let cursor = first.next; cursor !== null; ) {
      const page = await stage.page({ ...query, cursor });
      rest.push(...page.versions.map(({ id }) => id));
      cursor = page.next;
    }
    // Those without a birth date come last.
    expect(rest[0]).toBe('k4');
    expect([...rest.slice(1)].sort()).toEqual(['k2', 'k3']);
  });

  it('meet a row again whose key moved ahead, and miss one whose key moved behind', async () => {
    await stage.load(['m1', 'm2', 'm3'].map((id) => patient(id, 'Moving', `199${id[1]}-01-01`)));
    const query = parsed('Patient', 'family=moving&_sort=birthdate&_count=1');
    const first = await stage.page(query);
    await stage.write([
      { kind: 'put', resource: patient('m1', 'Moving', '1999-01-01') },
      { kind: 'put', resource: patient('m3', 'Moving', '1970-01-01') },
    ]);
    const rest = await stage.all({ ...query, cursor: first.next ?? '' });
    expect(first.versions.map(({ id }) => id)).toEqual(['m1']);
    expect(rest).toEqual(['Patient/m2', 'Patient/m1']);
  });
});

describe('a page', () => {
  it('is the same gathered and walked: at the bound of what is gathered and beyond it', async () => {
    const names = Array.from({ length: SEARCH_CANDIDATES_MAX + 1 }, (_, i) => `g${i}`);
    await stage.load(names.map((id) => patient(id, 'Gathered')));
    const query = parsed('Patient', 'family=gathered&_count=1000&_total=accurate');
    const walked = await stage.all(query);
    await remove('Patient', 'g0');
    const gathered = await stage.all(query);
    expect(walked.filter((name) => name !== 'Patient/g0')).toEqual(gathered);
    expect(gathered).toHaveLength(SEARCH_CANDIDATES_MAX);
  });

  it('is the same in streams and without: at the bound of streams and beyond it', async () => {
    const codes = Array.from({ length: SEARCH_STREAMS_MAX + 1 }, (_, i) => `stream${i}`);
    await stage.load(codes.map((code) => basic(code, code)));
    for (const some of [codes, codes.slice(1), codes.slice(-1)]) {
      const found = await stage.find('Basic', `code=${some.join(',')}&_count=2`);
      expect([...found].sort()).toEqual(some.map((code) => `Basic/${code}`));
    }
  });

  it('includes up to its bound and says when there is more', async () => {
    await stage.load([patient('hub', 'Hub')]);
    const observations = Array.from({ length: INCLUDED_MAX + 1 }, (_, i) => ({
      resourceType: 'Observation' as const,
      id: `hub-${i}`,
      status: 'final',
      code: { text: 'x' },
      subject: { reference: 'Patient/hub' },
    }));
    await stage.load(observations);
    const query = parsed('Patient', '_id=hub&_revinclude=Observation:subject');
    const cut = await stage.page(query);
    expect([cut.included.length, cut.includedCut]).toEqual([INCLUDED_MAX, true]);
    const whole = await stage.page(query, gateHiding(new Set(['Observation/hub-0'])));
    expect([whole.included.length, whole.includedCut]).toEqual([INCLUDED_MAX, false]);
  });
});

describe('the text of a statement', () => {
  const text = (query: string): string => {
    const compiled = compileSearch(parsed('Observation', query), {
      tenant: 1,
      dictionary: stage.dictionary,
      gate: seeAll.current(),
      position: null,
      count: 20,
    });
    if (!compiled.ok) throw new Error(compiled.error);
    return compiled.value.text;
  };

  it('depends on the shape of a search, not on what it asks for', () => {
    const shapes = [
      ['patient=a&code=http://loinc.org|1', 'patient=b&code=http://snomed.info/sct|2'],
      ['code=a,b,c', 'code=d,e,f,g'],
      ['date=ge2020&value-quantity=gt5', 'date=ge2021-05&value-quantity=gt7.5'],
      ['patient.name=x&_count=5', 'patient.name=yz&_count=50'],
    ];
    for (const [one = '', other = ''] of shapes) expect(text(one), other).toBe(text(other));
  });

  it('names every parameter that it is given', () => {
    for (const query of ['code=a', 'patient=a&code=b', 'patient.name=x&_sort=status', '_id=a']) {
      const numbers = [...text(query).matchAll(/\$(\d+)/g)].map(([, n]) => Number(n));
      expect(new Set(numbers).size).toBe(Math.max(...numbers));
    }
  });
});

it('searches every type at once where none is named', async () => {
  const found = await stage.find({ types: [] }, '_id=hub,stream0');
  expect([...found].sort()).toEqual(['Basic/stream0', 'Patient/hub']);
  expect(resourceTypes.length).toBeGreaterThan(100);
});
