import { describe, expect, it } from 'vitest';
import { parseReference } from './reference.ts';
import { localReferences, rewriteReferences, withRelativeReferences } from './references.ts';
import type { Resource } from './resource.ts';

const observation: Resource = {
  resourceType: 'Observation',
  subject: { reference: 'Patient/1' },
  performer: [{ reference: 'urn:uuid:a' }, { reference: 'Practitioner/2/_history/3' }],
  contained: [{ resourceType: 'Device', owner: { reference: 'Organization/4' } }],
  identifier: [{ system: 'urn:oid:1.2', value: 'urn:uuid:a' }],
  extension: [{ url: 'http://x', valueUri: 'urn:uuid:a' }],
};

describe('references', () => {
  it.each([
    ['Patient/1', { kind: 'local', type: 'Patient', id: '1' }],
    ['Patient/1/_history/2', { kind: 'local', type: 'Patient', id: '1', version: '2' }],
    ['https://here.org/fhir/Patient/1', { kind: 'local', type: 'Patient', id: '1' }],
    [
      'https://there.org/Patient/1',
      { kind: 'uri', uri: 'https://there.org/Patient/1', type: 'Patient' },
    ],
    ['Patient?identifier=a|b', { kind: 'conditional', type: 'Patient', query: 'identifier=a|b' }],
    ['#x', { kind: 'contained', label: 'x' }],
    ['urn:uuid:x', { kind: 'uri', uri: 'urn:uuid:x' }],
    ['Nothing/1', { kind: 'uri', uri: 'Nothing/1' }],
    ['Patient/', { kind: 'uri', uri: 'Patient/' }],
  ])('reads %s', (text, target) => {
    expect(parseReference(text, 'https://here.org/fhir/')).toEqual(target);
  });

  it('lists the local ones with their places, versions and contained holders', () => {
    expect(localReferences(observation)).toEqual([
      { path: 'Observation.subject', type: 'Patient', id: '1' },
      { path: 'Observation.performer[1]', type: 'Practitioner', id: '2', version: '3' },
      { path: 'Observation.contained[0].owner', type: 'Organization', id: '4' },
    ]);
  });

  it('rewrites references and URIs, but no identifier, and leaves the original alone', () => {
    const before = structuredClone(observation);
    const copy = rewriteReferences(observation, new Map([['urn:uuid:a', 'Practitioner/9']]));
    expect(copy).toMatchObject({
      performer: [{ reference: 'Practitioner/9' }, { reference: 'Practitioner/2/_history/3' }],
      extension: [{ valueUri: 'Practitioner/9' }],
      identifier: [{ value: 'urn:uuid:a' }],
    });
    expect(observation).toEqual(before);
    expect(copy['contained']).toBe(observation['contained']);
  });

  it('below the own address become relative, wherever they stand, and no others', () => {
    const base = 'https://here.org/fhir/';
    const sent: Resource = {
      resourceType: 'Observation',
      subject: { reference: `${base}Patient/1` },
      focus: [{ reference: `${base}Patient/1/_history/2` }, { reference: `${base}metadata` }],
      performer: [{ reference: 'https://there.org/fhir/Patient/1' }],
      contained: [{ resourceType: 'Device', patient: { reference: `${base}Patient/3` } }],
      note: [{ text: `${base}Patient/1` }],
    };
    expect(withRelativeReferences(sent, base)).toEqual({
      ...sent,
      subject: { reference: 'Patient/1' },
      focus: [{ reference: 'Patient/1/_history/2' }, { reference: `${base}metadata` }],
      contained: [{ resourceType: 'Device', patient: { reference: 'Patient/3' } }],
    });
    const document: Resource = { resourceType: 'Bundle', entry: [{ resource: sent }] };
    expect(withRelativeReferences(document, base)).toBe(document);
  });

  it('returns the same object where nothing is to be rewritten', () => {
    expect(rewriteReferences(observation, new Map([['urn:uuid:z', 'A/1']]))).toBe(observation);
  });
});
