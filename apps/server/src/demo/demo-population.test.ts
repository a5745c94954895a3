import { isJsonObject, type JsonValue, validateResource } from '@holdfast/fhir';
import { news2Pipeline, phq9Pipeline } from '@holdfast/inference';
import type { Clock } from '@holdfast/kernel';
import { describe, expect, it } from 'vitest';
import { DENY_CONSENT_ID } from './consents.ts';
import { demoPopulation } from './demo-population.ts';
import { PERSONAS } from './personas.ts';
import type { DemoResource } from './transaction.ts';

const NOW = Date.parse('2026-11-24T12:00:30Z');
const clock: Clock = { now: () => new Date(NOW), monotonicMs: () => 0 };
const bundles = [...demoPopulation({ seed: 1, clock })];
const resources = bundles.flatMap((bundle) => bundle.entry.map((entry) => entry.resource));
const named = (reference: string) =>
  resources.find(({ resourceType, id }) => `${resourceType}/${id}` === reference);
const ofType = (type: string) => resources.filter((each) => each.resourceType === type);

function stringsUnder(key: string, node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) =>
    name === key && typeof value === 'string' ? [value] : stringsUnder(key, value),
  );
}

const about = (reference: string) =>
  resources.filter((each) => stringsUnder('reference', each).includes(reference));

function answers(response: DemoResource): Record<string, unknown> {
  const items = response['item'] as { linkId: string; answer: Record<string, unknown>[] }[];
  return Object.fromEntries(items.map(({ linkId, answer }) => [linkId, answer[0]]));
}

/** NEWS2 of a visit, as the platform itself will score it. */
function news2Of(visit: DemoResource): number | null | undefined {
  const observations = about(`Encounter/${visit.id}`).filter(
    (each) => each.resourceType === 'Observation',
  );
  const patient = named(stringsUnder('reference', visit['subject'])[0] ?? '');
  const trigger = observations[0];
  if (trigger === undefined || patient === undefined) return undefined;
  const pipeline = news2Pipeline();
  return pipeline.score(pipeline.gather(trigger, [patient, ...observations]).input)?.total;
}

describe('the demo population', () => {
  it('is one practice and 24 patients, each resource under an id of its own', () => {
    expect(ofType('Organization')).toHaveLength(1);
    expect(ofType('Practitioner')).toHaveLength(3);
    expect(ofType('Patient')).toHaveLength(24);
    const ids = resources.map(({ resourceType, id }) => `${resourceType}/${id}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(resources.every(({ id }) => /^[A-Za-z0-9\-.]{1,64}$/.test(id))).toBe(true);
  });

  it('refers only to what an earlier bundle or the same one holds', () => {
    const known = new Set<string>();
    for (const bundle of bundles) {
      for (const { request } of bundle.entry) known.add(request.url);
      const references = stringsUnder('reference', bundle);
      expect(references.filter((reference) => !known.has(reference))).toEqual([]);
    }
  });

  it('is valid R4', () => {
    for (const resource of resources) {
      const parsed = JSON.parse(JSON.stringify(resource)) as JsonValue;
      const issues = isJsonObject(parsed) ? validateResource(parsed) : [{ severity: 'fatal' }];
      expect(issues, `${resource.resourceType}/${resource.id}`).toEqual([]);
    }
  });

  it('is updates by id, so that loading it twice is loading it once', () => {
    for (const { request, resource } of bundles.flatMap((bundle) => bundle.entry)) {
      expect(request).toEqual({ method: 'PUT', url: `${resource.resourceType}/${resource.id}` });
    }
  });

  it('is the same for the same seed and clock, and varies with the seed', () => {
    expect([...demoPopulation({ seed: 1, clock })]).toEqual(bundles);
    expect([...demoPopulation({ seed: 2, clock })]).not.toEqual(bundles);
  });

  it('holds nothing dated after the clock', () => {
    const dated = ['authored', 'effectiveDateTime', 'dateTime', 'recordedDate', 'start', 'end'];
    const instants = resources.flatMap((each) => dated.flatMap((name) => stringsUnder(name, each)));
    expect(instants.length).toBeGreaterThan(500);
    expect(Math.max(...instants.map(Date.parse))).toBeLessThan(NOW);
  });
});

describe('the stories', () => {
  it('have one person who answered item 9 with several days, and the others with not at all', () => {
    const item9 = ofType('QuestionnaireResponse').map((response) => ({
      subject: stringsUnder('reference', response['subject'])[0],
      code: stringsUnder('code', answers(response)['44260-8'])[0],
    }));
    const raised = item9.filter(({ code }) => code !== 'LA6568-5');
    expect(new Set(raised.map(({ subject }) => subject))).toEqual(new Set(['Patient/cora-demo']));
    expect(new Set(raised.map(({ code }) => code))).toEqual(new Set(['LA6569-3']));
  });

  it('state the total that the platform itself scores', () => {
    for (const response of ofType('QuestionnaireResponse')) {
      const { '44261-6': stated } = answers(response);
      const score = phq9Pipeline.score(phq9Pipeline.gather(response, []).input);
      expect({ valueInteger: score?.total, evaluable: score?.evaluable }).toEqual({
        ...(stated as object),
        evaluable: true,
      });
    }
  });

  it('have one person whose last vital signs reach a NEWS2 of 7, and nobody else near it', () => {
    const scores = ofType('Encounter').map((visit) => ({ id: visit.id, total: news2Of(visit) }));
    const raised = scores.filter(({ total }) => total !== 0);
    expect(raised).toEqual([{ id: 'dmitri-demo-visit-3', total: 14 }]);
    expect(scores).toHaveLength(72);
  });

  it('label two resources as being about substance use, one of them under a consent', () => {
    const labelled = resources.filter((each) => each['meta'] !== undefined);
    expect(labelled.map(({ id }) => id)).toEqual(['finn-demo-condition-2', 'gus-demo-condition-2']);
    expect(about('Patient/finn-demo').some((each) => each.resourceType === 'Consent')).toBe(true);
    expect(about('Patient/gus-demo').some((each) => each.resourceType === 'Consent')).toBe(false);
  });

  it('have one active deny that names the second clinician, and two permits, one for research', () => {
    const provisions = ofType('Consent').map((consent) => [
      consent.id,
      consent['status'],
      (consent['provision'] as { type: string }).type,
      ...stringsUnder('reference', consent['provision']),
    ]);
    expect(provisions).toEqual([
      [DENY_CONSENT_ID, 'active', 'deny', 'Practitioner/p-okafor'],
      ['esi-demo-consent', 'active', 'permit'],
      ['finn-demo-consent', 'active', 'permit'],
    ]);
    const research = ofType('Consent').filter((consent) =>
      stringsUnder('code', consent['provision']).includes('HRESCH'),
    );
    expect(research.map(({ id }) => id)).toEqual(['esi-demo-consent']);
  });
});

describe('the personas', () => {
  it('are people of the population and act for organisations and records of it', () => {
    for (const { claims } of PERSONAS) {
      const patient = claims.patient === undefined ? [] : [`Patient/${claims.patient}`];
      for (const reference of [claims.fhirUser, ...claims.memberships, ...patient]) {
        expect(named(reference), reference).toBeDefined();
      }
    }
  });

  it('have ids of their own and a purpose each', () => {
    expect(new Set(PERSONAS.map(({ id }) => id)).size).toBe(PERSONAS.length);
    expect(PERSONAS.every(({ claims }) => claims.purposes.length > 0)).toBe(true);
  });
});
