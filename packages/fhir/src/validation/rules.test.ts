import { describe, expect, it } from 'vitest';
import { definitions } from '../definitions.ts';
import type { JsonObject } from '../json.ts';
import { compileConstraint } from './constraints.ts';
import { validateResource } from './validate-resource.ts';

const concept = { text: 'x' };
const patient: JsonObject = { resourceType: 'Patient' };
const observation: JsonObject = { resourceType: 'Observation', status: 'final', code: concept };
const period = (start: string, end: string) => ({ start, end });

/** Code and place of every issue. */
const found = (resource: JsonObject) =>
  validateResource(resource).map(({ code, expression }) => `${code} ${expression}`);

describe('constraints', () => {
  it('all compile, as they are written or corrected', () => {
    const rows = Object.values(definitions().types).flatMap(({ constraints }) =>
      Object.values(constraints).flat(),
    );
    expect(rows.length).toBeGreaterThan(190);
    for (const row of rows) expect(() => compileConstraint(row), row.key).not.toThrow();
  });

  it('name the rule and its text', () => {
    const value = { dataAbsentReason: concept, valueString: 'x' };
    expect(validateResource({ ...observation, ...value })).toMatchObject([
      {
        severity: 'error',
        code: 'invariant',
        expression: 'Observation',
        diagnostics: expect.stringMatching(/^obs-6: dataAbsentReason SHALL only/) as string,
      },
    ]);
  });

  it.each<[string, JsonObject, string]>([
    [
      'a backbone element',
      { ...observation, referenceRange: [{ appliesTo: [concept] }] },
      'Observation.referenceRange[0]',
    ],
    [
      'a data type',
      { ...observation, valueQuantity: { value: 1, code: 'mg' } },
      'Observation.valueQuantity',
    ],
    [
      'an element of a type',
      {
        resourceType: 'Organization',
        name: 'x',
        telecom: [{ system: 'phone', value: '1', use: 'home' }],
      },
      'Organization.telecom[0]',
    ],
    [
      'a contained resource',
      {
        ...observation,
        contained: [
          { ...observation, id: 'o', status: 'final', valueString: 'x', dataAbsentReason: concept },
        ],
        hasMember: [{ reference: '#o' }],
      },
      'Observation.contained[0]',
    ],
    [
      'an entry of a bundle',
      {
        resourceType: 'Bundle',
        type: 'collection',
        entry: [{ resource: { resourceType: 'Organization', active: true } }],
      },
      'Bundle.entry[0].resource',
    ],
    [
      'several entries',
      {
        resourceType: 'Bundle',
        type: 'batch',
        entry: [{ fullUrl: 'urn:uuid:1', resource: patient }],
      },
      'Bundle',
    ],
    [
      'the document itself',
      {
        resourceType: 'Questionnaire',
        status: 'draft',
        item: [{ linkId: 'a', type: 'group', item: [{ linkId: 'a', type: 'string' }] }],
      },
      'Questionnaire',
    ],
  ])('hold for %s', (_, resource, place) => {
    expect(found(resource)).toContain(`invariant ${place}`);
  });

  it('leave a comparison that precision leaves open', () => {
    const inPeriod = (start: string, end: string) =>
      found({ ...patient, address: [{ text: 'x', period: period(start, end) }] });
    expect(inPeriod('2024-03-01', '2024-03-01T10:00:00Z')).toEqual([]);
    expect(inPeriod('2024-03', '2024-03-05')).toEqual([]);
    expect(inPeriod('2024-03-01T10:00:00Z', '2024-03-01T09:00:00Z')).toEqual([
      'invariant Patient.address[0].period',
    ]);
    expect(inPeriod('2024-03-01T10:00:00+02:00', '2024-03-01T09:00:00Z')).toEqual([]);
  });

  it('are not asked of what is broken already', () => {
    const broken = { ...observation, valueString: 1, dataAbsentReason: concept };
    expect(found(broken)).toEqual(['value Observation.valueString']);
  });
});

describe('extensions', () => {
  const url = 'http://example.org/x';
  it.each<[string, JsonObject, string[]]>([
    ['a value', { url, valueString: 'x' }, []],
    ['extensions', { url, extension: [{ url: 'part', valueString: 'x' }] }, []],
    ['neither', { url }, ['invariant Patient.extension[0]']],
    [
      'both',
      { url, valueString: 'x', extension: [{ url, valueString: 'x' }] },
      ['invariant Patient.extension[0]'],
    ],
    ['a versioned url', { url: `${url}|1`, valueString: 'x' }, ['value Patient.extension[0].url']],
    [
      'two values',
      { url, valueString: 'x', valueCode: 'x' },
      ['structure Patient.extension[0].valueString'],
    ],
    ['no url', { valueString: 'x' }, ['required Patient.extension[0].url']],
  ])('with %s', (_, extension, issues) => {
    expect(found({ ...patient, extension: [extension] })).toEqual(issues);
  });
});

describe('references', () => {
  const refer = (reference: JsonObject) => found({ ...observation, subject: reference });
  it.each<[string, JsonObject, string[]]>([
    ['relative', { reference: 'Patient/1' }, []],
    ['of a version', { reference: 'Patient/1/_history/2' }, []],
    ['absolute', { reference: 'https://example.org/fhir/Group/1' }, []],
    ['a urn', { reference: 'urn:uuid:5b0b1b1e-7c1b-4b1e-8d3b-0b1b1e7c1b4b' }, []],
    ['conditional', { reference: 'Patient?identifier=a|b' }, []],
    ['an identifier alone', { identifier: { value: 'x' } }, []],
    ['a name', { reference: 'John' }, ['value Observation.subject.reference']],
    ['an unknown type', { reference: 'Person1/1' }, ['value Observation.subject.reference']],
    ['a type not allowed', { reference: 'Practitioner/1' }, ['value Observation.subject']],
    [
      'a stated type not allowed',
      { type: 'Practitioner', display: 'x' },
      ['value Observation.subject'],
    ],
    [
      'an absolute one not allowed',
      { reference: 'https://example.org/Practitioner/1' },
      ['value Observation.subject'],
    ],
    ['nothing contained', { reference: '#p' }, ['invariant Observation.subject.reference']],
  ])('%s', (_, reference, issues) => {
    expect(refer(reference)).toEqual(issues);
  });

  it('look into the root from inside a contained resource, and into each entry of a bundle', () => {
    const contained = [
      { resourceType: 'Patient', id: 'p', managingOrganization: { reference: '#o' } },
      { resourceType: 'Organization', id: 'o', name: 'x' },
    ];
    const resource = { ...observation, contained, subject: { reference: '#p' } };
    expect(found(resource)).toEqual([]);
    const entry = [{ resource }, { resource: { ...observation, subject: { reference: '#p' } } }];
    expect(found({ resourceType: 'Bundle', type: 'collection', entry })).toEqual([
      'invariant Bundle.entry[1].resource.subject.reference',
    ]);
  });
});

describe('contained resources', () => {
  const subject = { reference: '#p' };
  const inside = (contained: JsonObject) =>
    found({
      ...observation,
      subject,
      contained: [{ resourceType: 'Patient', id: 'p', ...contained }],
    });

  it('are refused with what belongs to the container', () => {
    expect(inside({})).toEqual([]);
    expect(inside({ meta: { versionId: '1' } })).toEqual([
      'invariant Observation.contained[0].meta.versionId',
    ]);
    expect(inside({ meta: { security: [{ code: 'R' }] } })).toEqual([
      'invariant Observation.contained[0].meta.security',
    ]);
    expect(inside({ contained: [{ ...patient, id: 'q', link: [] }] })).toContain(
      'invariant Observation.contained[0].contained',
    );
  });

  it('are refused where nothing refers to them, unless they refer to the container', () => {
    const stray = { resourceType: 'Provenance', id: 's', recorded: '2024-01-01T00:00:00Z' };
    const agent = [{ who: { reference: 'Device/1' } }];
    const target = (reference: string) => ({ ...stray, agent, target: [{ reference }] });
    expect(found({ ...observation, contained: [target('Patient/1')] })).toEqual([
      'invariant Observation.contained[0]',
    ]);
    expect(found({ ...observation, contained: [target('#')] })).toEqual([]);
  });

  it('need ids that tell them apart', () => {
    const contained = [
      { ...patient, id: 'p' },
      { ...patient, id: 'p' },
    ];
    expect(found({ ...observation, subject, contained })).toEqual([
      'required Observation.contained[1].id',
    ]);
  });
});

describe('required bindings of concepts', () => {
  const system = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
  const condition = (clinicalStatus: JsonObject) =>
    found({ resourceType: 'Condition', subject: { reference: 'Patient/1' }, clinicalStatus });
  const own = { system: 'http://example.org', code: 'x' };

  it('take one coding of the value set, beside others', () => {
    expect(condition({ coding: [own, { system, code: 'active' }] })).toEqual([]);
  });

  it('refuse none, another code and another system', () => {
    const refused = ['code-invalid Condition.clinicalStatus'];
    expect(condition({ text: 'active' })).toEqual(refused);
    expect(condition({ coding: [{ system, code: 'x' }] })).toEqual(refused);
    expect(condition({ coding: [{ system: 'http://example.org', code: 'active' }] })).toEqual(
      refused,
    );
  });
});

describe('required bindings to what nobody lists', () => {
  const attached = (contentType: string) =>
    found({ resourceType: 'Patient', photo: [{ contentType }] });
  const paid = (currency: string) =>
    found({
      resourceType: 'ChargeItem',
      status: 'billable',
      code: { text: 'x' },
      subject: { reference: 'Patient/1' },
      priceOverride: { value: 1, currency },
    });

  it.each([
    'image/png',
    'text/plain; charset=utf-8',
    'text/plain;charset=utf-8',
    'application/fhir+json',
    'multipart/mixed; boundary="a b"',
    'application/*',
  ])('take the media type %s', (contentType) => {
    expect(attached(contentType)).toEqual([]);
  });

  it.each(['png', 'image/', '/png', 'image png', 'image/png; charset', 'image/png;a=b;'])(
    'refuse %s, which is none',
    (contentType) => {
      expect(attached(contentType)).toEqual(['code-invalid Patient.photo[0].contentType']);
    },
  );

  it('take currencies of ISO 4217, and no others', () => {
    for (const currency of ['EUR', 'USD', 'CHF', 'XAU']) expect(paid(currency)).toEqual([]);
    for (const currency of ['eur', 'Euro', 'QQQ', '$']) {
      expect(paid(currency)).toEqual(['code-invalid ChargeItem.priceOverride.currency']);
    }
  });
});
