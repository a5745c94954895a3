import { parseConsent } from '@holdfast/consent';
import { isJsonObject, type JsonValue, validateResource } from '@holdfast/fhir';
import { shippedPipelines } from '@holdfast/inference';
import { POPULATION_DAY, Population, type PopulationResource } from '@holdfast/population';
import { describe, expect, it } from 'vitest';

const population = new Population({ seed: 7, asOf: POPULATION_DAY });
const resources: readonly PopulationResource[] = [
  ...population.directory(),
  ...[0, 1].flatMap((number) => population.practice(number).resources),
  ...Array.from({ length: 600 }, (_, index) => population.patient(index).resources).flat(),
];
const ofType = (type: string) => resources.filter((each) => each.resourceType === type);

describe('what is generated (POP-3)', () => {
  it('is valid R4, without as much as a warning', () => {
    for (const resource of resources) {
      const parsed = JSON.parse(JSON.stringify(resource)) as JsonValue;
      const issues = isJsonObject(parsed) ? validateResource(parsed) : [{ severity: 'fatal' }];
      expect(issues, `${resource.resourceType}/${resource.id}`).toEqual([]);
    }
  });

  it('answers screenings that the platform scores, to the total they state', () => {
    const seen = new Map<string, Set<string>>();
    for (const response of ofType('QuestionnaireResponse')) {
      const pipeline = shippedPipelines.find((each) =>
        String(response['questionnaire']).endsWith(each.model.id),
      );
      const output = pipeline?.score(pipeline.gather(response, []).input);
      expect(output?.evaluable).toBe(true);
      expect(output?.flags).not.toContain('items-missing');
      expect(output?.flags).not.toContain('total-disagrees-with-items');
      expect(output?.flags).not.toContain('answers-contradict');
      const bands = seen.get(pipeline?.model.id ?? '') ?? new Set();
      seen.set(pipeline?.model.id ?? '', bands.add(output?.band ?? ''));
    }
    // A screening in which everybody is alike would test nothing.
    expect([...seen].filter(([, bands]) => bands.size < 2)).toEqual([]);
    expect(seen.size).toBe(4);
  });

  it('gives consents that can be enforced whole', () => {
    const findings = ofType('Consent').flatMap((consent) =>
      parseConsent(consent).findings.filter(({ severity }) => severity === 'unenforceable'),
    );
    expect(findings).toEqual([]);
  });
});
