// Goal: what the guide has people import is there for the demo's clinician, scores and all.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Serving, serving } from './testing/serving.ts';

let at: Serving;
beforeAll(async () => {
  at = await serving({ demo: true });
}, 120_000);
afterAll(() => at.stop(), 60_000);

it.each([
  ['vital-signs-bundle.json', 'EX-0001', 'news2'],
  ['phq-9-bundle.json', 'EX-0002', 'phq-9'],
])(
  'scores %s for those who treat',
  async (file, identifier, method) => {
    const body = readFileSync(new URL(`../../../examples/${file}`, import.meta.url), 'utf8');
    const answer = await at.fhir('importer', '', { method: 'POST', body });
    expect(answer.status).toBe(200);
    const address = `/RiskAssessment?patient.identifier=${identifier}&method=${method}`;
    const scores = async () => (await at.fhir('clinician', address)).body['entry'];
    await expect.poll(scores, { timeout: 30_000 }).toHaveLength(1);
  },
  60_000,
);
