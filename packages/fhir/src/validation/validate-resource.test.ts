import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../json.ts';
import { MAX_ISSUES, MAX_JSON_DEPTH } from '../limits.ts';
import { validateResource } from './validate-resource.ts';

const observation = {
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
};

const places = (resource: JsonObject) => validateResource(resource).map((one) => one.expression);

describe('structural validation', () => {
  it('accepts a minimal Observation', () => {
    expect(validateResource(observation)).toEqual([]);
  });

  it('names the place, the code and the mend of a wrong nested value', () => {
    const value = { valueQuantity: { value: '72' } };
    const component = [
      { code: {}, ...value },
      { code: observation.code, ...value },
    ];
    expect(validateResource({ ...observation, component })).toMatchObject([
      { code: 'structure', expression: 'Observation.component[0].code' },
      { code: 'value', expression: 'Observation.component[0].valueQuantity.value' },
      {
        severity: 'error',
        code: 'value',
        expression: 'Observation.component[1].valueQuantity.value',
        mend: 'Give a number, without quotes.',
      },
    ]);
  });

  it('refuses a code outside its required value set and lists the codes', () => {
    const [issue] = validateResource({ ...observation, status: 'done' });
    expect(issue).toMatchObject({ code: 'code-invalid', expression: 'Observation.status' });
    expect(issue?.mend).toContain('final');
  });

  it('refuses two types of one choice', () => {
    const both = { ...observation, valueString: 'x', valueBoolean: true };
    expect(places(both)).toEqual(['Observation.valueBoolean']);
  });

  it('takes a primitive that has only extensions, single and in a list', () => {
    const extension = [{ url: 'http://example.org/why', valueCode: 'unknown' }];
    expect(places({ ...observation, status: undefined, _status: { extension } })).toEqual([]);
    const name = [{ given: ['A', null], _given: [null, { extension }] }];
    expect(places({ resourceType: 'Patient', name })).toEqual([]);
  });

  it('refuses a null in a list of primitives that no extension explains', () => {
    expect(places({ resourceType: 'Patient', name: [{ given: ['A', null] }] })).toEqual([
      'Patient.name[0].given',
    ]);
    const _given = [{ id: 'a' }];
    expect(places({ resourceType: 'Patient', name: [{ given: ['A', 'B'], _given }] })).toEqual([
      'Patient.name[0].given',
    ]);
  });

  it('refuses a _ sibling of an element that is no primitive', () => {
    expect(places({ ...observation, _code: { id: 'x' } })).toEqual(['Observation._code']);
  });

  it('follows contentReference', () => {
    const component = [{ code: observation.code, referenceRange: [{ low: { valu: 1 } }] }];
    expect(places({ ...observation, component })).toEqual([
      'Observation.component[0].referenceRange[0].low.valu',
    ]);
  });

  it('validates contained resources by their own type', () => {
    const contained = [
      { resourceType: 'Patient', id: 'p', gender: 'm' },
      { resourceType: 'Nothing', id: 'n' },
    ];
    const subject = { reference: '#p' };
    const focus = [{ reference: '#n' }];
    expect(places({ ...observation, contained, subject, focus })).toEqual([
      'Observation.contained[0].gender',
      'Observation.contained[1].resourceType',
    ]);
  });

  it.each([
    ['birthDate', '2024-02-30'],
    ['birthDate', '2024-13'],
    ['birthDate', 20240101],
    ['active', 'true'],
    ['deceasedDateTime', '2024-01-01T10:00Z'],
    ['multipleBirthInteger', 1.5],
    ['multipleBirthInteger', 2 ** 31],
    ['id', 'with blank'],
    ['language', ' en'],
    ['implicitRules', 'http://a b'],
  ])('refuses Patient.%s = %j', (name, value) => {
    expect(places({ resourceType: 'Patient', [name]: value })).toEqual([`Patient.${name}`]);
  });

  it.each([
    '<div xmlns="http://www.w3.org/1999/xhtml"><script>x()</script></div>',
    '<div xmlns="http://www.w3.org/1999/xhtml"><p onclick="x()">a</p></div>',
    '<div xmlns="http://www.w3.org/1999/xhtml"><a href="javascript:x()">a</a></div>',
    '<p>no div</p>',
  ])('refuses active or malformed narrative %#', (div) => {
    const text = { status: 'generated', div };
    expect(places({ resourceType: 'Patient', text })).toEqual(['Patient.text.div']);
  });

  it('reports no more than MAX_ISSUES', () => {
    const names = Array.from({ length: 500 }, (_, i) => [`bogus${i}`, 1]);
    const issues = validateResource({
      ...observation,
      ...(Object.fromEntries(names) as JsonObject),
    });
    expect(issues).toHaveLength(MAX_ISSUES);
  });

  it('stops at the depth limit instead of overflowing', () => {
    let extension: JsonObject = { url: 'http://example.org/x', valueString: 'x' };
    for (let i = 0; i < 100_000; i++)
      extension = { url: 'http://example.org/x', extension: [extension] };
    expect(validateResource({ ...observation, extension: [extension] })).not.toBeUndefined();
    expect(MAX_JSON_DEPTH).toBeLessThan(1000);
  });

  it('does not echo a name that no element could have', () => {
    const [issue] = validateResource({ ...observation, 'John Doe 1970': 1 });
    expect(JSON.stringify(issue)).not.toContain('Doe');
  });

  it('does not take inherited names or __proto__ for elements', () => {
    const text = '{"resourceType":"Patient","__proto__":{"a":1},"constructor":1}';
    expect(places(JSON.parse(text) as JsonObject)).toEqual([
      'Patient.__proto__',
      'Patient.constructor',
    ]);
  });
});
