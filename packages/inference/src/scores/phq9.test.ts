import type { PatientId } from '@holdfast/kernel';
import { describe, expect, it } from 'vitest';
import { defaultTierPolicy } from '../clinical/default-tier-policy.ts';
import { assignTier } from '../clinical/tier-policy.ts';
import { phq9Pipeline } from '../pipelines/phq9-pipeline.ts';
import { PHQ9 } from './phq9-table.ts';
import { carriesQuestionnaire, questionnaireInput } from './questionnaire-fhir.ts';
import { readQuestionnaireInput, scoreQuestionnaire } from './questionnaire-score.ts';
import type { ScoreOutput } from './score-output.ts';

const CODES = PHQ9.items.map((item) => item.code);
const LL358 = ['LA6568-5', 'LA6569-3', 'LA6570-1', 'LA6571-9'];

function answers(points: readonly (number | null)[]): Record<string, number> {
  return Object.fromEntries(
    CODES.flatMap((code, i) => {
      const value = points[i];
      return value === null || value === undefined ? [] : [[code, value]];
    }),
  );
}

function score(points: readonly (number | null)[], statedTotal: number | null = null): ScoreOutput {
  return scoreQuestionnaire(PHQ9, { answers: answers(points), statedTotal, unusable: {} });
}

/** Nine answers that sum to the total, item 9 last to be used. */
function spread(total: number): number[] {
  let left = total;
  return CODES.map(() => {
    const points = Math.min(3, left);
    left -= points;
    return points;
  });
}

const tierOf = (output: ScoreOutput) => assignTier(defaultTierPolicy, output.signals, null).tier;

describe('PHQ-9 bands', () => {
  it.each([
    [0, 'minimal'],
    [1, 'minimal'],
    [4, 'minimal'],
    [5, 'mild'],
    [6, 'mild'],
    [9, 'mild'],
    [10, 'moderate'],
    [11, 'moderate'],
    [14, 'moderate'],
    [15, 'moderately severe'],
    [16, 'moderately severe'],
    [19, 'moderately severe'],
    [20, 'severe'],
    [21, 'severe'],
    [27, 'severe'],
  ])('a total of %i is %s', (total, band) => {
    expect(score(spread(total))).toMatchObject({ total, lowerBound: total, band });
  });

  it.each([
    [19, 2],
    [20, 1],
    [24, 1],
  ])('a total of %i without item 9 is tier %i', (total, tier) => {
    expect(tierOf(score(spread(total)))).toBe(tier);
  });
});

describe('PHQ-9 item 9', () => {
  it.each([1, 2, 3])('answered with %i is tier 0 although the total is minimal', (points) => {
    const output = score([0, 0, 0, 0, 0, 0, 0, 0, points]);
    expect(output).toMatchObject({ total: points, band: 'minimal' });
    expect(output.flags).toContain('safety-item-positive');
    expect(tierOf(output)).toBe(0);
  });

  it('answered with 0 does not raise the tier', () => {
    expect(tierOf(score([1, 0, 0, 0, 0, 0, 0, 0, 0]))).toBe(2);
  });

  it('is never missing silently', () => {
    const output = score([0, 0, 0, 0, 0, 0, 0, 0, null]);
    expect(output.total).toBeNull();
    expect(output.flags).toEqual(['items-missing', 'safety-item-unanswered']);
  });

  it('alone, with an answer that cannot be read, is assessed all the same, and soon', () => {
    const unusable = { '44260-8': 'answer-unknown' } as const;
    const output = scoreQuestionnaire(PHQ9, { answers: {}, statedTotal: null, unusable });
    expect(output).toMatchObject({ evaluable: true, total: null });
    expect(output.flags).toContain('safety-item-unreadable');
    expect(tierOf(output)).toBe(1);
  });

  it('is positive where the stated total cannot be reached without it', () => {
    expect(tierOf(score([], 25))).toBe(0);
    expect(tierOf(score([], 24))).toBe(1);
    expect(tierOf(score([0, 0, 0, 0, 0, 0, 0, 0, null], 1))).toBe(0);
  });
});

describe('PHQ-9 with items missing', () => {
  it('imputes nothing: a lower bound and no total', () => {
    expect(score([3, 3, null, 0, 0, 0, 0, 0, 0])).toMatchObject({ total: null, lowerBound: 6 });
  });

  it('takes the worse of a stated total and the items, and says so', () => {
    const output = score([3, 3, 3, 0, 0, 0, 0, 0, 0], 20);
    expect(output).toMatchObject({ total: 20, lowerBound: 20, band: 'severe' });
    expect(output.flags).toContain('total-disagrees-with-items');
    expect(score([3, 3, 3, 0, 0, 0, 0, 0, 0], 4).lowerBound).toBe(9);
  });

  it('is not evaluable without any answer', () => {
    expect(score([])).toMatchObject({ evaluable: false, total: null, signals: [] });
  });
});

describe('PHQ-9 in FHIR', () => {
  const response = (item: readonly unknown[], status = 'completed') => ({
    resourceType: 'QuestionnaireResponse',
    id: 'q1',
    status,
    item,
  });
  const read = (...resources: Parameters<typeof questionnaireInput>[1]) =>
    questionnaireInput(PHQ9, resources).input;

  it('reads LL358-3 codes, integers and ordinals, by linkId, path or item code, at any depth', () => {
    const ordinal = 'http://hl7.org/fhir/StructureDefinition/ordinalValue';
    const input = read(
      response([
        { linkId: '44250-9', answer: [{ valueCoding: { code: LL358[2] } }] },
        { linkId: '/44249-1/44255-8', answer: [{ valueInteger: 1 }] },
        {
          linkId: 'group',
          item: [
            {
              linkId: 'x',
              code: [{ code: '44259-0' }],
              answer: [
                { valueCoding: { code: 'often', extension: [{ url: ordinal, valueDecimal: 3 }] } },
              ],
            },
          ],
        },
        { linkId: '44260-8', answer: [{ valueDecimal: 2 }] },
      ]),
    );
    expect(input.answers).toEqual({ '44250-9': 2, '44255-8': 1, '44259-0': 3, '44260-8': 2 });
  });

  it.each([0, 1, 2, 3])('reads answer code number %i as its points', (points) => {
    const item = { linkId: '44260-8', answer: [{ valueCoding: { code: LL358[points] } }] };
    expect(read(response([item])).answers).toEqual({ '44260-8': points });
  });

  it('sets an unknown answer aside as unusable, never as 0', () => {
    const item = { linkId: '44260-8', answer: [{ valueInteger: 4 }] };
    const input = read(response([item]));
    expect(input.answers).toEqual({});
    expect(input.unusable).toEqual({ '44260-8': 'answer-unknown' });
  });

  it('reads items and the total from Observations, the newest of each', () => {
    const observation = (code: string, value: object, effectiveDateTime: string) => ({
      resourceType: 'Observation',
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code }] },
      effectiveDateTime,
      ...value,
    });
    const input = read(
      observation('44260-8', { valueInteger: 2 }, '2026-01-02T10:00:00Z'),
      observation('44260-8', { valueInteger: 0 }, '2026-01-01T10:00:00Z'),
      observation('44261-6', { valueQuantity: { value: 12 } }, '2026-01-02T10:00:00Z'),
    );
    expect(input).toMatchObject({ answers: { '44260-8': 2 }, statedTotal: 12 });
  });

  it.each([
    ['its own panel', PHQ9.panel, { valueInteger: 2 }],
    ['the total', PHQ9.totalCode, { valueCodeableConcept: { coding: [{ code: LL358[2] }] } }],
    ['a panel of no known code', '55757-9', { valueQuantity: { value: 2 } }],
  ])('item 9 as a component of %s is tier 0', (_, panel, value) => {
    const loinc = (code: string) => ({ coding: [{ system: 'http://loinc.org', code }] });
    const observation = {
      resourceType: 'Observation',
      status: 'final',
      code: loinc(panel),
      component: [{ code: loinc('44260-8'), ...value }],
    };
    expect(carriesQuestionnaire(PHQ9, observation)).toBe(true);
    const input = read(observation);
    expect(input.answers).toEqual({ '44260-8': 2 });
    expect(tierOf(scoreQuestionnaire(PHQ9, input))).toBe(0);
    const twice = [...observation.component, { code: loinc('44260-8'), valueInteger: 0 }];
    expect(read({ ...observation, component: twice }).answers).toEqual({ '44260-8': 2 });
  });

  it('looks up panels too, whose components may hold the other items', () => {
    const item = { resourceType: 'Observation', code: {} };
    const [lookUp] = phq9Pipeline.inputs(item, 'p1' as PatientId);
    expect(lookUp?.codes).toContain(`http://loinc.org|${PHQ9.panel}`);
  });

  it('reads a total that the QuestionnaireResponse states', () => {
    const total = { linkId: `/${PHQ9.totalCode}`, answer: [{ valueDecimal: 25 }] };
    const input = read(response([total]));
    expect(input).toMatchObject({ answers: {}, statedTotal: 25 });
    expect(tierOf(scoreQuestionnaire(PHQ9, input))).toBe(0);
  });

  it('reads nothing from what was withdrawn', () => {
    const item = { linkId: '44260-8', answer: [{ valueInteger: 3 }] };
    expect(read(response([item], 'entered-in-error')).answers).toEqual({});
  });

  it('refuses an input that is no answer of the questionnaire', () => {
    expect(readQuestionnaireInput(PHQ9, { answers: { '44250-9': 4 } }).ok).toBe(false);
    expect(readQuestionnaireInput(PHQ9, { answers: {}, statedTotal: 28 }).ok).toBe(false);
    expect(readQuestionnaireInput(PHQ9, { answers: { '44250-9': 3 } }).ok).toBe(true);
  });
});
