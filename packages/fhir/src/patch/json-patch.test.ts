import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../json.ts';
import { MAX_JSON_DEPTH, MAX_PATCH_OPERATIONS } from '../limits.ts';
import type { Resource } from '../resource.ts';
import { hasSharedData, jsonPatchCases } from '../testing/shared-data.ts';
import { applyJsonPatch, applyOperations } from './json-patch.ts';

const patient: Resource = {
  resourceType: 'Patient',
  id: 'p1',
  active: true,
  name: [{ family: 'Adler', given: ['Ada', 'Eva'] }, { text: 'Ada' }],
};

const patched = (...patch: JsonValue[]) => {
  const result = applyJsonPatch(patient, patch);
  return result.ok ? result.value : result.error;
};

describe.skipIf(!hasSharedData())('RFC 6902', () => {
  it('holds in every published case', () => {
    const cases = jsonPatchCases();
    expect(cases.length).toBeGreaterThan(15);
    for (const { comment, doc, patch, expected, error } of cases) {
      const result = applyOperations(doc, patch);
      expect(result.ok, comment).toBe(error === undefined);
      if (result.ok) expect(result.value, comment).toEqual(expected);
    }
  });
});

describe('a JSON Patch of a resource', () => {
  it('adds, replaces, tests, moves, copies and removes, and leaves the original alone', () => {
    const before = structuredClone(patient);
    const after = patched(
      { op: 'test', path: '/active', value: true },
      { op: 'replace', path: '/active', value: false },
      { op: 'add', path: '/name/1', value: { text: 'Ada A.' } },
      { op: 'copy', from: '/name/0/family', path: '/name/1/family' },
      { op: 'move', from: '/name/0', path: '/name/2' },
      { op: 'remove', path: '/name/2/given/0' },
    );
    expect(after).toEqual({
      ...patient,
      active: false,
      name: [
        { text: 'Ada A.', family: 'Adler' },
        { text: 'Ada' },
        { family: 'Adler', given: ['Eva'] },
      ],
    });
    expect(patient).toEqual(before);
  });

  it('takes away what it leaves empty', () => {
    expect(
      patched({ op: 'remove', path: '/name/1/text' }, { op: 'remove', path: '/name/0' }),
    ).toEqual({ resourceType: 'Patient', id: 'p1', active: true });
  });

  it('lets a list be emptied and filled again', () => {
    const fill = { op: 'add', path: '/name/-', value: { text: 'Eva' } };
    const clear = { op: 'remove', path: '/name/0' };
    expect(patched(clear, clear, fill)).toMatchObject({ name: [{ text: 'Eva' }] });
  });

  it.each([
    ['a missing target', { op: 'remove', path: '/name/7' }, 'not-found', 'Patient.name[7]'],
    ['a failed test', { op: 'test', path: '/active', value: 1 }, 'conflict', 'Patient.active'],
    [
      'an index past the end',
      { op: 'add', path: '/name/3', value: {} },
      'not-found',
      'Patient.name[3]',
    ],
    ['a leading zero', { op: 'remove', path: '/name/00' }, 'not-found', 'Patient.name'],
    [
      'an inherited name',
      { op: 'test', path: '/constructor', value: 1 },
      'not-found',
      'Patient.constructor',
    ],
    [
      'a missing holder',
      { op: 'add', path: '/contact/0/gender', value: 'male' },
      'not-found',
      'Patient.contact[0].gender',
    ],
    ['a missing from', { op: 'move', from: '/photo', path: '/name' }, 'not-found', 'Patient.photo'],
    [
      'a move into itself',
      { op: 'move', from: '/name', path: '/name/0' },
      'value',
      'Patient.name[0]',
    ],
    ['a missing value', { op: 'add', path: '/active' }, 'required', 'Patient.active'],
    ['an unknown op', { op: 'merge', path: '/active' }, 'value', 'Patient.active'],
    ['no pointer', { op: 'remove', path: 'name' }, 'value', 'Patient'],
    ['a bad escape', { op: 'remove', path: '/a~2' }, 'value', 'Patient'],
    ['another id', { op: 'replace', path: '/id', value: 'p2' }, 'invalid', 'Patient.id'],
    ['no id', { op: 'remove', path: '/id' }, 'invalid', 'Patient.id'],
    [
      'another type',
      { op: 'replace', path: '/resourceType', value: 'Group' },
      'invalid',
      'Patient',
    ],
    ['another document', { op: 'replace', path: '', value: {} }, 'invalid', 'Patient'],
  ])('is refused for %s, and names the place', (_, operation, code, expression) => {
    const issues = patched(operation);
    expect(issues).toEqual([expect.objectContaining({ severity: 'error', code, expression })]);
  });

  it('says which operation failed and does not repeat what is no element name', () => {
    const issues = patched(
      { op: 'test', path: '/active', value: true },
      { op: 'remove', path: '/name/John Doe' },
    );
    expect(JSON.stringify(issues)).toContain('operation 1');
    expect(JSON.stringify(issues)).not.toContain('Doe');
  });

  it('is refused beyond MAX_PATCH_OPERATIONS, and taken up to it', () => {
    const many = (count: number) =>
      applyJsonPatch(
        patient,
        Array.from({ length: count }, () => ({ op: 'test', path: '/active', value: true })),
      );
    expect(many(MAX_PATCH_OPERATIONS).ok).toBe(true);
    expect(many(MAX_PATCH_OPERATIONS + 1).ok).toBe(false);
  });

  it('cannot grow a resource without bound by copies inside copies', () => {
    const start = { op: 'add', path: '/contained', value: [{ a: 'x'.repeat(1000) }] };
    const double = { op: 'copy', from: '/contained', path: '/contained/-' };
    const nest = { op: 'copy', from: '/contained/0', path: '/contained/0/copy' };
    const codes = (count: number, operation: JsonValue) => {
      const result = applyJsonPatch(patient, [start, ...Array<JsonValue>(count).fill(operation)]);
      return result.ok ? [] : result.error.map(({ code }) => code);
    };
    expect(codes(3, double)).toEqual([]);
    expect(codes(40, double)).toEqual(['too-costly']);
    expect(codes(MAX_JSON_DEPTH - 3, nest)).toEqual([]);
    expect(codes(MAX_JSON_DEPTH - 2, nest)).toEqual(['too-costly']);
  });

  it('sets __proto__ as a plain member and changes no prototype', () => {
    const after = patched({ op: 'add', path: '/__proto__', value: { polluted: 1 } });
    expect(Object.hasOwn(after, '__proto__')).toBe(true);
    expect(Object.getPrototypeOf(after)).toBe(Object.prototype);
  });
});
