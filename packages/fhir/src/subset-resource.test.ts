import { describe, expect, it } from 'vitest';
import type { Resource } from './resource.ts';
import { subsetResource } from './subset-resource.ts';
import { hasSharedData, publishedExamples } from './testing/shared-data.ts';
import { validateResource } from './validation/validate-resource.ts';

const SUBSETTED = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
};

const observation: Resource = {
  resourceType: 'Observation',
  id: 'o',
  meta: { versionId: '2', tag: [{ code: 'mine' }] },
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
  contained: [{ resourceType: 'Practitioner', id: 'p' }],
  modifierExtension: [{ url: 'http://example.org/not', valueBoolean: true }],
  status: 'final',
  _status: { id: 's' },
  code: { text: 'x' },
  performer: [{ reference: '#p' }],
  valueQuantity: { value: 1 },
  note: [{ text: 'n' }],
  referenceRange: [{ text: 'r' }],
  component: [{ code: { text: 'c' }, interpretation: [{ text: 'high' }] }],
};

const kept = (query: Parameters<typeof subsetResource>[1]) =>
  Object.keys(subsetResource(observation, query)).sort();
const always = ['resourceType', 'id', 'meta', 'status', '_status', 'code', 'modifierExtension'];

describe('a subset of a resource', () => {
  it('is tagged SUBSETTED once, beside the tags it has', () => {
    const once = subsetResource(observation, { summary: 'data' });
    const twice = subsetResource(once, { summary: 'data' });
    const meta = { versionId: '2', tag: [{ code: 'mine' }, SUBSETTED] };
    expect(once['meta']).toEqual(meta);
    expect(twice['meta']).toEqual(meta);
  });

  it('has for _summary=true the elements marked as summary, within components too', () => {
    const summary = ['performer', 'contained', 'valueQuantity', 'component'];
    expect(kept({ summary: 'true' })).toEqual([...always, ...summary].sort());
    const { component } = subsetResource(observation, { summary: 'true' });
    expect(component).toEqual([{ code: { text: 'c' } }]);
  });

  it('has for _summary=text the narrative, for data everything else', () => {
    expect(kept({ summary: 'text' })).toEqual([...always, 'text'].sort());
    expect(kept({ summary: 'data' })).toEqual(
      Object.keys(observation)
        .filter((name) => name !== 'text')
        .sort(),
    );
  });

  it('has for _elements those named, choices by their plain name, and what must not be missing', () => {
    const elements = ['value', 'note'];
    expect(kept({ elements })).toEqual([...always, 'note', 'valueQuantity'].sort());
  });

  it('keeps contained resources only where something left refers to one', () => {
    expect(kept({ elements: ['performer'] })).toContain('contained');
    expect(kept({ elements: ['value'] })).not.toContain('contained');
  });

  it('is the resource itself where nothing is left out', () => {
    expect(subsetResource(observation, {})).toBe(observation);
    expect(subsetResource(observation, { summary: 'false' })).toBe(observation);
    expect(subsetResource(observation, { summary: 'count' })).toBe(observation);
  });
});

describe.skipIf(!hasSharedData())('subsets of the published examples', () => {
  const structural = (resource: Resource): readonly unknown[] =>
    validateResource(resource).filter(({ code }) => code === 'required' || code === 'structure');
  const sound = publishedExamples().filter((resource) => structural(resource).length === 0);

  it.each([
    [{ summary: 'true' }],
    [{ summary: 'text' }],
    [{ summary: 'data' }],
    [{ elements: ['id'] }],
  ] as const)('still have every required element with %j', (query) => {
    expect(sound.length).toBeGreaterThan(1_000);
    for (const resource of sound) {
      const name = `${resource.resourceType}/${String(resource.id)}`;
      expect(structural(subsetResource(resource, query)), name).toEqual([]);
    }
  });
});
