import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../json.ts';
import { MAX_PATCH_OPERATIONS, MAX_PATCH_PATH_CHARACTERS } from '../limits.ts';
import type { Resource } from '../resource.ts';
import { fhirPathPatchCases, hasSharedData } from '../testing/shared-data.ts';
import { applyFhirPathPatch } from './fhirpath-patch.ts';

const patient: Resource = {
  resourceType: 'Patient',
  id: 'p1',
  birthDate: '1974-12-25',
  _birthDate: { extension: [{ url: 'http://example.org/time', valueTime: '10:00:00' }] },
  name: [
    { use: 'official', family: 'Adler', given: ['Ada', null], _given: [null, { id: 'g' }] },
    { use: 'nickname', text: 'Ada' },
  ],
};

/** The patch of the case `Full Resource` carries its narrative indented, its result does not. */
const comparable = (resource: Resource | undefined): unknown =>
  JSON.parse(
    JSON.stringify(resource)
      .replace(/(?:\\[rnt]|\s)+/g, ' ')
      .replace(/> | </g, (cut) => cut.trim()),
  );

type Parts = Readonly<Record<string, JsonValue>>;

/** Parts of an operation: type, path, name, positions; the rest is the value. */
function operation(type: string, path: string, parts: Parts = {}): JsonObject {
  const { name, index, source, destination, ...value } = parts;
  const counts = { index, source, destination };
  return {
    name: 'operation',
    part: [
      { name: 'type', valueCode: type },
      { name: 'path', valueString: path },
      ...(name === undefined ? [] : [{ name: 'name', valueString: name }]),
      ...Object.entries(counts)
        .filter(([, count]) => count !== undefined)
        .map(([part, count]) => ({ name: part, valueInteger: count })),
      ...(Object.keys(value).length === 0 ? [] : [{ name: 'value', ...value }]),
    ],
  };
}

const patched = (resource: Resource, ...operations: JsonObject[]) => {
  const result = applyFhirPathPatch(resource, {
    resourceType: 'Parameters',
    parameter: operations,
  });
  return result.ok ? result.value : result.error;
};

describe.skipIf(!hasSharedData())('the published FHIRPath Patch cases', () => {
  it('all hold', () => {
    const cases = fhirPathPatchCases();
    expect(cases.length).toBeGreaterThan(30);
    for (const { name, input, diff, output } of cases) {
      const result = applyFhirPathPatch(input, diff);
      expect(result.ok, name).toBe(output !== undefined);
      if (result.ok) expect(comparable(result.value), name).toEqual(comparable(output));
    }
  });
});

describe('a FHIRPath Patch', () => {
  it('finds elements by criteria and type', () => {
    const path = "Patient.name.where(use = 'official').family";
    expect(patched(patient, operation('replace', path, { valueString: 'Brand' }))).toMatchObject({
      name: [{ family: 'Brand' }, {}],
    });
  });

  it('changes the type of a choice with its value', () => {
    const observation: Resource = { resourceType: 'Observation', id: 'o', valueString: 'high' };
    expect(
      patched(observation, operation('replace', 'Observation.value', { valueInteger: 7 })),
    ).toEqual({
      resourceType: 'Observation',
      id: 'o',
      valueInteger: 7,
    });
    const add = operation('add', 'Observation', { name: 'effective', valueDateTime: '2026' });
    expect(patched(observation, add)).toMatchObject({ effectiveDateTime: '2026' });
  });

  it('keeps the extensions of primitives in their places', () => {
    const insert = operation('insert', 'Patient.name[0].given', { index: 0, valueString: 'Eva' });
    expect(patched(patient, insert)).toMatchObject({
      name: [{ given: ['Eva', 'Ada', null], _given: [null, null, { id: 'g' }] }, {}],
    });
    const move = operation('move', 'Patient.name[0].given', { source: 1, destination: 0 });
    expect(patched(patient, move)).toMatchObject({
      name: [{ given: [null, 'Ada'], _given: [{ id: 'g' }, null] }, {}],
    });
    const remove = operation('delete', 'Patient.name[0].given[1]');
    expect(patched(patient, remove)).toMatchObject({ name: [{ given: ['Ada'] }, {}] });
  });

  it('replaces a primitive as a whole and reaches its extensions', () => {
    const replace = operation('replace', 'Patient.birthDate', { valueDate: '1975-01-01' });
    expect(patched(patient, replace)).not.toHaveProperty('_birthDate');
    const time = operation('replace', 'Patient.birthDate.extension[0].value', {
      valueTime: '11:00:00',
    });
    expect(patched(patient, time)).toMatchObject({
      birthDate: '1974-12-25',
      _birthDate: { extension: [{ valueTime: '11:00:00' }] },
    });
  });

  it('leaves the original alone, and takes no effect where a later operation fails', () => {
    const before = structuredClone(patient);
    const good = operation('delete', 'Patient.birthDate');
    const bad = operation('add', 'Patient.contact', { name: 'gender', valueCode: 'male' });
    expect(patched(patient, good, bad)).toMatchObject([
      { code: 'not-found', expression: 'Parameters.parameter[1]' },
    ]);
    expect(patient).toEqual(before);
  });

  it('deletes nothing where nothing is', () => {
    expect(patched(patient, operation('delete', 'Patient.photo'))).toEqual(patient);
  });

  it.each<[string, JsonObject, string]>([
    ['several matches', operation('delete', 'Patient.name'), 'value'],
    ['the whole resource', operation('delete', 'Patient'), 'value'],
    [
      'an element that is there',
      operation('add', 'Patient', { name: 'birthDate', valueDate: '1999' }),
      'conflict',
    ],
    [
      'an unknown element',
      operation('add', 'Patient', { name: 'shoeSize', valueInteger: 40 }),
      'value',
    ],
    ['a missing value', operation('add', 'Patient', { name: 'gender' }), 'required'],
    [
      'an index past the end',
      operation('insert', 'Patient.name', { index: 3, valueHumanName: {} }),
      'value',
    ],
    [
      'a move past the end',
      operation('move', 'Patient.name', { source: 0, destination: 2 }),
      'value',
    ],
    [
      'a list that is none',
      operation('insert', 'Patient.birthDate', { index: 0, valueDate: '1999' }),
      'value',
    ],
    ['a broken path', operation('delete', 'Patient.name['), 'invalid'],
    ['a function that walks the tree', operation('delete', 'Patient.descendants()'), 'invalid'],
    [
      'a regular expression',
      operation('delete', "Patient.name.where(text.matches('(a+)+$'))"),
      'invalid',
    ],
    ['a value that is no element', operation('delete', "'x'"), 'value'],
    ['another id', operation('replace', 'Patient.id', { valueId: 'p2' }), 'invalid'],
    ['an unknown type', operation('merge', 'Patient.name'), 'value'],
    ['no operation', { name: 'note', valueString: 'x' }, 'value'],
    [
      'a long path',
      operation('delete', `Patient.${'a'.repeat(MAX_PATCH_PATH_CHARACTERS)}`),
      'too-long',
    ],
  ])('is refused for %s', (_, one, code) => {
    expect(patched(patient, one)).toEqual([expect.objectContaining({ severity: 'error', code })]);
  });

  it('is refused beyond MAX_PATCH_OPERATIONS, and taken up to it', () => {
    const many = (count: number) =>
      patched(patient, ...Array<JsonObject>(count).fill(operation('delete', 'Patient.photo')));
    expect(many(MAX_PATCH_OPERATIONS)).toEqual(patient);
    expect(many(MAX_PATCH_OPERATIONS + 1)).toMatchObject([{ code: 'too-costly' }]);
  });

  it('is refused where it is no Parameters', () => {
    expect(applyFhirPathPatch(patient, []).ok).toBe(false);
  });
});
