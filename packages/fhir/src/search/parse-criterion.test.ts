import { describe, expect, it } from 'vitest';
import type { ResourceType } from '../resource-types.ts';
import { parseSearch, searchForm } from './parse-search.ts';
import type { SearchScope } from './search-scope.ts';

function parsed(scope: ResourceType | SearchScope, query: string) {
  const result = parseSearch(scope, query, { base: 'https://here.org/fhir/' });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

const only = (type: ResourceType, query: string) => parsed(type, query).criteria[0];
const UCUM = 'http://unitsofmeasure.org';

describe('the modifiers of tokens', () => {
  it(':text, :of-type and :identifier are compared with rows of their own', () => {
    expect(only('Observation', 'code:text=Head')).toEqual({
      kind: 'string',
      param: 'code:text',
      values: [{ folded: 'head', exact: 'Head' }],
    });
    expect(only('Patient', 'identifier:of-type=http://t|MR|12\\|3')).toEqual({
      kind: 'token',
      param: 'identifier:of-type',
      values: [{ system: 'http://t', code: 'MR|12|3' }],
    });
    expect(only('Observation', 'subject:identifier=http://mrn|1')).toEqual({
      kind: 'token',
      param: 'subject:identifier',
      values: [{ system: 'http://mrn', code: '1' }],
    });
  });

  it(':in and :below keep what a terminology must answer', () => {
    expect(only('Observation', 'code:not-in=http://v,http://w|1')).toEqual({
      kind: 'valueSet',
      param: 'code',
      modifier: 'not-in',
      values: ['http://v', 'http://w|1'],
    });
    expect(only('Observation', 'code:below=http://s|c')).toEqual({
      kind: 'subsumption',
      param: 'code',
      modifier: 'below',
      values: [{ system: 'http://s', code: 'c' }],
    });
  });

  it('are offered only where the values have what they compare', () => {
    for (const query of ['active:text=x', 'active:in=http://v', 'gender:of-type=a|b|c']) {
      expect(parseSearch('Patient', query)).toMatchObject({ error: [{ code: 'not-supported' }] });
    }
  });

  it(':missing looks at every row a value may have left', () => {
    expect(only('Observation', 'code:missing=false')).toMatchObject({
      rows: [
        { kind: 'token', param: 'code' },
        { kind: 'string', param: 'code:text' },
      ],
    });
    expect(only('Observation', 'subject:missing=true')).toMatchObject({
      rows: [
        { kind: 'reference', param: 'subject' },
        { kind: 'token', param: 'subject:identifier' },
      ],
    });
  });
});

describe('addresses', () => {
  it(':below is a path without its last slash, :above all paths on the way', () => {
    expect(only('ValueSet', 'url:below=http://a.org/fhir/')).toEqual({
      kind: 'uri',
      param: 'url',
      modifier: 'below',
      values: ['http://a.org/fhir'],
    });
    expect(only('ValueSet', 'url:above=http://a.org/fhir/x')).toEqual({
      kind: 'uri',
      param: 'url',
      values: ['http://a.org/fhir/x', 'http://a.org/fhir', 'http://a.org'],
    });
    expect(only('ValueSet', 'url:above=urn:oid:1.2')).toMatchObject({ values: ['urn:oid:1.2'] });
  });

  it('of one version of a resource are compared as text', () => {
    const uri = 'Patient/1/_history/2';
    for (const value of [uri, `https://here.org/fhir/${uri}`]) {
      expect(only('Observation', `subject=${value}`)).toMatchObject({ values: [{ uri }] });
    }
  });

  it('of another type contradict a modifier that names one', () => {
    expect(parseSearch('Observation', 'subject:Patient=Group/1').ok).toBe(false);
    expect(parseSearch('Observation', 'subject:Patient=Patient/1').ok).toBe(true);
  });
});

describe('numbers and quantities', () => {
  const values = (query: string) => {
    const criterion = only('Observation', query);
    return criterion?.kind === 'quantity' ? criterion.values : [];
  };

  it('have the exact decimal limits that their digits stand for', () => {
    expect(values('value-quantity=5.4,5.40,-5,1.0e2')).toMatchObject([
      { low: 5.35, high: 5.45 },
      { low: 5.395, high: 5.405 },
      { low: -5.5, high: -4.5 },
      { low: 95, high: 105 },
    ]);
  });

  it('in UCUM units are asked for in base units, so that 5.4 mg finds 0.0054 g', () => {
    const canonical = { system: UCUM, code: 'g', low: 0.00535, high: 0.00545, canonical: true };
    expect(values(`value-quantity=5.4|${UCUM}|mg`)).toMatchObject([canonical]);
    expect(values(`value-quantity=0.0054|${UCUM}|g`)).toMatchObject([canonical]);
    expect(values(`value-quantity=98.6|${UCUM}|[degF]`)).toMatchObject([
      { code: 'K', value: 310.15 },
    ]);
  });

  it('in other units or none are asked for as written', () => {
    expect(values('value-quantity=5||mg')).toMatchObject([{ code: 'mg' }]);
    for (const unit of ['[pH]', '[iU]', 'nonsense']) {
      const [value] = values(`value-quantity=7|${UCUM}|${unit}`);
      expect(value).toMatchObject({ system: UCUM, code: unit, value: 7 });
      expect(value?.canonical).toBeUndefined();
    }
  });
});

describe('composites', () => {
  it('read each part as its own parameter', () => {
    const query = `code-value-quantity=http://loinc.org|8480-6$gt120|${UCUM}|mm[Hg]`;
    expect(only('Observation', query)).toMatchObject({
      kind: 'composite',
      values: [
        {
          parts: [
            { kind: 'token', value: { system: 'http://loinc.org', code: '8480-6' } },
            { kind: 'quantity', value: { prefix: 'gt', canonical: true } },
          ],
        },
      ],
    });
    expect(only('MolecularSequence', 'chromosome-variant-coordinate=1$lt345$gt123')).toMatchObject({
      values: [{ parts: [{ kind: 'token' }, { kind: 'number' }, { kind: 'number' }] }],
    });
    expect(only('DocumentReference', 'relationship=d1$replaces')).toMatchObject({
      values: [
        { parts: [{ value: { types: ['DocumentReference'], id: 'd1' } }, { kind: 'token' }] },
      ],
    });
  });
});

describe('parameters of their own kind', () => {
  it('near takes a place, a distance and a unit of length', () => {
    expect(only('Location', 'near=42.25|-83.69|11.2|km')).toEqual({
      kind: 'near',
      param: 'near',
      values: [{ latitude: 42.25, longitude: -83.69, kilometres: 11.2 }],
    });
    const miles = only('Location', 'near=1|2|10|[mi_us]');
    const [place] = miles?.kind === 'near' ? miles.values : [];
    expect(place?.kilometres).toBeCloseTo(16.09, 2);
    for (const bad of ['91|0', '0|181', '0|0|-1', '0|0|1|kg', '0', 'x|y']) {
      expect(parseSearch('Location', `near=${bad}`).ok, bad).toBe(false);
    }
  });

  it('phonetic compares how a name sounds', () => {
    const sound = only('Patient', 'phonetic=Smith');
    expect(sound).toMatchObject({ kind: 'token', param: 'phonetic' });
    expect(only('Patient', 'phonetic=Smyth')).toEqual(sound);
  });

  it('_list asks for what a List has as items', () => {
    expect(only('Patient', '_list=42')).toEqual({
      kind: 'has',
      type: 'List',
      param: 'item',
      criterion: { kind: 'id', param: '_id', values: ['42'] },
    });
  });

  it('ap on a date widens by the written length to both sides', () => {
    expect(only('Patient', 'birthdate=ap2000-01-02')).toMatchObject({
      values: [{ start: Date.UTC(2000, 0, 1), end: Date.UTC(2000, 0, 4) }],
    });
  });
});

describe('the scope of a search', () => {
  it('of the system takes _type and what all the types share', () => {
    const query = parsed({ types: [] }, '_type=Patient,Observation&_tag=x&identifier=1');
    expect(query.types).toEqual(['Patient', 'Observation']);
    expect(query.criteria).toMatchObject([{ param: '_tag' }, { param: 'identifier' }]);
    expect(parsed({ types: [] }, '_lastUpdated=gt2024&name=x').unknown).toEqual(['name']);
    expect(parsed({ types: [] }, '_type=Patient,Observation&birthdate=1').unknown).toHaveLength(1);
    for (const bad of ['_type=Nobody', '_type=Patient&_type=Group', '_type=']) {
      expect(parseSearch({ types: [] }, bad)).toMatchObject({ error: [{ parameter: '_type' }] });
    }
  });

  it('of several types offers the modifiers that each of them has', () => {
    const both = { types: ['Patient', 'Observation'] } as const;
    expect(parsed(both, 'identifier:of-type=a|b|c').criteria).toHaveLength(1);
    expect(parseSearch(both, '_sort=birthdate')).toMatchObject({ error: [{ parameter: '_sort' }] });
    expect(parsed(both, '_sort=-_lastUpdated,identifier').sort).toHaveLength(2);
  });

  it('of a compartment is one more condition', () => {
    const compartment = { type: 'Patient', id: '1' } as const;
    const one = parsed({ types: ['Observation'], compartment }, 'code=x');
    expect(one.criteria).toMatchObject([
      { kind: 'compartment', compartment: 'Patient', id: '1' },
      { kind: 'token' },
    ]);
    expect(parsed({ types: [], compartment }, '_type=Observation').types).toEqual(['Observation']);
  });

  it('of POST _search joins the address and the form', () => {
    const form = searchForm('code=a&_count=5', 'code=b&date=2024');
    expect([...form]).toEqual([
      ['code', 'a'],
      ['_count', '5'],
      ['code', 'b'],
      ['date', '2024'],
    ]);
    expect(parsed('Observation', form.toString()).criteria).toHaveLength(3);
  });
});
