import { describe, expect, it } from 'vitest';
import type { Resource } from '../resource.ts';
import { validateResource } from '../validation/validate-resource.ts';
import { metaAnswer, readMetaLabels, withLabels, withoutLabels } from './meta.ts';

const tag = (code: string, display?: string) => ({
  system: 'urn:tags',
  code,
  ...(display !== undefined && { display }),
});
const labels = (valueMeta: object) => {
  const read = readMetaLabels({
    resourceType: 'Parameters',
    parameter: [{ name: 'meta', valueMeta }],
  } as unknown as Resource);
  if (!read.ok) throw new Error('refused');
  return read.value;
};
const patient: Resource = {
  resourceType: 'Patient',
  id: 'p',
  meta: { versionId: '3', profile: ['urn:a'], tag: [tag('one', 'One')] },
};

describe('$meta-add', () => {
  it('adds what is not there yet and nothing twice, whatever its display', () => {
    const given = { profile: ['urn:a', 'urn:b'], tag: [tag('one'), tag('two'), tag('two', 'Two')] };
    expect(withLabels(patient, labels(given))['meta']).toEqual({
      versionId: '3',
      profile: ['urn:a', 'urn:b'],
      tag: [tag('one', 'One'), tag('two')],
    });
  });
});

describe('$meta-delete', () => {
  it('takes away what is there by system and code, and lists that become empty with it', () => {
    const given = { tag: [tag('one'), tag('never')], security: [tag('x')] };
    expect(withoutLabels(patient, labels(given))['meta']).toEqual({
      versionId: '3',
      profile: ['urn:a'],
    });
  });

  it('leaves no empty meta', () => {
    const bare: Resource = { resourceType: 'Patient', meta: { tag: [tag('one')] } };
    expect(withoutLabels(bare, labels({ tag: [tag('one')] }))).toEqual({ resourceType: 'Patient' });
  });
});

describe('the Parameters of a meta operation', () => {
  it.each([
    ['another resource', patient],
    ['no meta', { resourceType: 'Parameters' }],
    [
      'two of them',
      {
        resourceType: 'Parameters',
        parameter: [
          { name: 'meta', valueMeta: {} },
          { name: 'meta', valueMeta: {} },
        ],
      },
    ],
    [
      'a meta that is none',
      { resourceType: 'Parameters', parameter: [{ name: 'meta', valueString: 'x' }] },
    ],
  ])('are refused with %s', (_name, body) => {
    expect(readMetaLabels(body as unknown as Resource).ok).toBe(false);
  });

  it('are answered with a valid resource', () => {
    expect(validateResource(metaAnswer(patient['meta']))).toEqual([]);
  });
});
