import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultTierPolicy } from '../clinical/default-tier-policy.ts';
import { assignTier } from '../clinical/tier-policy.ts';
import { type News2Input, scoreNews2 } from './news2.ts';
import { PHQ9 } from './phq9-table.ts';
import { scoreQuestionnaire } from './questionnaire-score.ts';
import type { ScoreOutput } from './score-output.ts';

const CODES = PHQ9.items.map((item) => item.code);
const RUNS = { numRuns: 2_000 };
const requested = fc.constantFrom('stat', 'asap', 'urgent', 'routine', 'background', null);
const answers = fc.array(fc.option(fc.integer({ min: 0, max: 3 })), {
  minLength: 9,
  maxLength: 9,
});
const position = fc.nat({ max: 8 });

function phq9(points: readonly (number | null)[]): ScoreOutput {
  const given = CODES.flatMap((code, i) => {
    const value = points[i];
    return value === null || value === undefined ? [] : [[code, value] as const];
  });
  return scoreQuestionnaire(PHQ9, {
    answers: Object.fromEntries(given),
    statedTotal: null,
    unusable: {},
  });
}

const tierOf = (output: ScoreOutput, priority: string | null) =>
  assignTier(defaultTierPolicy, output.signals, priority).tier;

describe('PHQ-9 urgency', () => {
  it('raising an answer never makes it less urgent', () => {
    fc.assert(
      fc.property(answers, position, requested, (points, at, priority) => {
        const before = points[at] ?? 0;
        fc.pre(before < 3 && points[at] !== null);
        const raised = points.with(at, before + 1);
        expect(tierOf(phq9(raised), priority)).toBeLessThanOrEqual(tierOf(phq9(points), priority));
      }),
      RUNS,
    );
  });

  it('an answer that is missing is never less urgent than the same answered with 0', () => {
    fc.assert(
      fc.property(answers, position, requested, (points, at, priority) => {
        const missing = tierOf(phq9(points.with(at, null)), priority);
        expect(missing).toBeLessThanOrEqual(tierOf(phq9(points.with(at, 0)), priority));
      }),
      RUNS,
    );
  });
});

const vitals: fc.Arbitrary<News2Input> = fc.record({
  age: fc.option(fc.integer({ min: 16, max: 110 })),
  saturationScale: fc.constantFrom<1 | 2>(1, 2),
  respiration: fc.option(fc.integer({ min: 0, max: 60 })),
  saturation: fc.option(fc.integer({ min: 60, max: 100 })),
  oxygen: fc.option(fc.boolean()),
  systolic: fc.option(fc.integer({ min: 40, max: 260 })),
  pulse: fc.option(fc.integer({ min: 20, max: 200 })),
  consciousness: fc.option(fc.constantFrom('A', 'C', 'V', 'P', 'U')),
  temperature: fc.option(fc.integer({ min: 300, max: 420 }).map((tenths) => tenths / 10)),
  absent: fc.constant({}),
});
const PARAMETERS = [
  'respiration',
  'saturation',
  'oxygen',
  'systolic',
  'pulse',
  'consciousness',
  'temperature',
] as const;

describe('NEWS2 urgency', () => {
  it('is never below what was asked for, whatever is missing', () => {
    fc.assert(
      fc.property(vitals, requested, (input, priority) => {
        const asked = assignTier(defaultTierPolicy, [], priority).tier;
        expect(tierOf(scoreNews2(input), priority)).toBeLessThanOrEqual(asked);
      }),
      RUNS,
    );
  });

  it('learning a missing input never lowers the bound', () => {
    fc.assert(
      fc.property(vitals, fc.constantFrom(...PARAMETERS), (input, parameter) => {
        const without = scoreNews2({ ...input, [parameter]: null });
        expect(without.lowerBound).toBeLessThanOrEqual(scoreNews2(input).lowerBound);
      }),
      RUNS,
    );
  });

  it('the total is the sum of the parts it shows, within 0 to 20', () => {
    fc.assert(
      fc.property(vitals, (input) => {
        const output = scoreNews2(input);
        const sum = output.parts.reduce((points, part) => points + (part.points ?? 0), 0);
        expect(output.lowerBound).toBe(sum);
        expect(sum).toBeLessThanOrEqual(20);
        expect(output.total === null || output.total === sum).toBe(true);
      }),
      RUNS,
    );
  });
});
