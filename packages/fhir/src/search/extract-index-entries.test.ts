import { describe, expect, it } from 'vitest';
import { MAX_COMPOSITE_ROWS } from '../limits.ts';
import type { Resource } from '../resource.ts';
import { hasSharedData, syntheaBundles } from '../testing/shared-data.ts';
import { extractIndexEntries } from './extract-index-entries.ts';

const LOINC = 'http://loinc.org';
const UCUM = 'http://unitsofmeasure.org';

const bloodPressure: Resource = {
  resourceType: 'Observation',
  id: 'bp',
  meta: { tag: [{ system: 'urn:t', code: 'a' }], profile: ['http://example.org/p'] },
  status: 'final',
  code: { coding: [{ system: LOINC, code: '85354-9' }, { code: 'bp' }] },
  subject: { reference: 'Patient/1' },
  performer: [
    { reference: 'Practitioner/2' },
    { reference: 'https://other.org/fhir/Practitioner/3' },
  ],
  effectivePeriod: { start: '2024-03-01T10:00:00+02:00' },
  component: [
    {
      code: { coding: [{ system: LOINC, code: '8480-6' }] },
      valueQuantity: { value: 120, unit: 'mmHg', system: UCUM, code: 'mm[Hg]' },
    },
    {
      code: { coding: [{ system: LOINC, code: '8480-6' }] },
      valueQuantity: { value: 300, comparator: '>', unit: 'mmHg' },
    },
  ],
};

const rows = extractIndexEntries(bloodPressure);

describe('extracting what a resource is found by', () => {
  it('gives every coding as a token, with its system or none', () => {
    expect(rows.tokens).toEqual(
      expect.arrayContaining([
        { param: 'code', system: LOINC, code: '85354-9' },
        { param: 'code', system: null, code: 'bp' },
        { param: '_tag', system: 'urn:t', code: 'a' },
      ]),
    );
  });

  it('gives a bound code the system its value set implies', () => {
    const system = 'http://hl7.org/fhir/observation-status';
    expect(rows.tokens).toContainEqual({ param: 'status', system, code: 'final' });
  });

  it('writes each row once, though two components carry the same code', () => {
    expect(rows.tokens.filter(({ param }) => param === 'component-code')).toHaveLength(1);
  });

  it('leaves a period without end open, at the instant its time zone means', () => {
    const start = Date.parse('2024-03-01T08:00:00Z');
    expect(rows.dates).toEqual([{ param: 'date', start, end: Number.POSITIVE_INFINITY }]);
  });

  it('tells references into this server from others, and narrows by type', () => {
    expect(rows.references).toEqual(
      expect.arrayContaining([
        { param: 'subject', type: 'Patient', id: '1' },
        { param: 'patient', type: 'Patient', id: '1' },
        { param: 'performer', type: 'Practitioner', id: '2' },
        { param: 'performer', uri: 'https://other.org/fhir/Practitioner/3' },
      ]),
    );
    expect(rows.references).toHaveLength(4);
  });

  it('gives quantities by UCUM code, by written unit and in base units, and widens by comparator', () => {
    const param = 'component-value-quantity';
    expect(rows.quantities.filter((row) => row.param === param)).toEqual([
      { param, system: UCUM, code: 'mm[Hg]', low: 120, high: 120 },
      { param, system: null, code: 'mmHg', low: 120, high: 120 },
      { param, system: null, code: 'mmHg', low: 300, high: Number.POSITIVE_INFINITY },
    ]);
    const canonical = `${param}:canonical`;
    expect(rows.quantities.filter((row) => row.param === canonical)).toEqual([
      { param: canonical, system: UCUM, code: 'g.m-1.s-2', low: 15_998_640, high: 15_998_640 },
    ]);
  });

  it('gives every part of a name and an address, folded and exact', () => {
    const { strings, tokens } = extractIndexEntries({
      resourceType: 'Patient',
      name: [{ family: 'Łukasz  Müller', given: ['ZOË'] }],
      telecom: [
        { system: 'phone', value: '1' },
        { system: 'email', value: 'a@b' },
      ],
      deceasedDateTime: '2020',
    });
    expect(strings).toContainEqual({ param: 'given', folded: 'zoe', exact: 'ZOË' });
    expect(strings).toContainEqual({
      param: 'name',
      folded: 'łukasz muller',
      exact: 'Łukasz  Müller',
    });
    expect(tokens).toContainEqual({ param: 'email', system: 'email', code: 'a@b' });
    expect(tokens.filter(({ param }) => param === 'phone')).toHaveLength(1);
    expect(tokens).toContainEqual({ param: 'deceased', system: null, code: 'true' });
  });

  it.each([
    [{}, 'false'],
    [{ deceasedBoolean: false }, 'false'],
    [{ deceasedBoolean: true }, 'true'],
  ])('says of %j that deceased is %s', (part, code) => {
    const { tokens } = extractIndexEntries({ resourceType: 'Patient', ...part });
    expect(tokens).toContainEqual({ param: 'deceased', system: null, code });
  });

  it('has composite rows up to its limit, and never more', () => {
    const codings = (count: number) => Array.from({ length: count }, (_, i) => ({ code: `c${i}` }));
    const composites = (values: number) =>
      extractIndexEntries({
        resourceType: 'Group',
        characteristic: [
          { code: { coding: codings(10) }, valueCodeableConcept: { coding: codings(values) } },
        ],
      }).composites;
    expect(composites(MAX_COMPOSITE_ROWS / 10)).toHaveLength(MAX_COMPOSITE_ROWS);
    expect(composites(MAX_COMPOSITE_ROWS / 10 + 1)).toHaveLength(MAX_COMPOSITE_ROWS);
  });

  it('finds a versioned reference and canonical with and without the version', () => {
    const { references, uris } = extractIndexEntries({
      resourceType: 'Basic',
      meta: { profile: ['http://example.org/p|1'] },
      subject: { reference: 'Patient/1/_history/2' },
    });
    const subject = references.filter(({ param }) => param === 'subject');
    const param = 'subject';
    expect(subject).toEqual([
      { param, type: 'Patient', id: '1' },
      { param, uri: 'Patient/1/_history/2' },
    ]);
    const profiles = uris.filter((row) => row.param === '_profile').map(({ uri }) => uri);
    expect(profiles).toEqual(['http://example.org/p|1', 'http://example.org/p']);
  });

  it('takes the outer limits of a schedule', () => {
    const { dates } = extractIndexEntries({
      resourceType: 'ServiceRequest',
      occurrenceTiming: { event: ['2024-01-02', '2024-01-01'], repeat: {} },
    });
    const start = Date.UTC(2024, 0, 1);
    expect(dates).toEqual([{ param: 'occurrence', start, end: Date.UTC(2024, 0, 3) }]);
  });

  it('reads data of the wrong shape without throwing', () => {
    const odd = { resourceType: 'Patient', name: 'x', identifier: [null, 1, [2]], birthDate: {} };
    const found = extractIndexEntries(odd as unknown as Resource);
    expect(found.strings).toEqual([]);
    expect(found.dates).toEqual([]);
  });
});

describe.skipIf(!hasSharedData())('extracting from Synthea', () => {
  it('finds code, date, status and category of every Observation', () => {
    const observations = syntheaBundles()
      .flatMap((bundle) => bundle['entry'] as unknown as { resource: Resource }[])
      .map(({ resource }) => resource)
      .filter((resource) => resource.resourceType === 'Observation');
    expect(observations.length).toBeGreaterThan(4000);
    const wanted = ['code', 'status', 'category', 'date', 'subject', 'encounter'];
    const missing = observations.flatMap((observation) => {
      const { tokens, dates, references } = extractIndexEntries(observation);
      const params = new Set([...tokens, ...dates, ...references].map((row) => row.param));
      return wanted.filter((param) => !params.has(param));
    });
    expect(missing).toEqual([]);
  });
});
