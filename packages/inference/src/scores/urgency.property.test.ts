import { runs } from '@holdfast/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultTierPolicy } from '../clinical/default-tier-policy.ts';
import { assignTier } from '../clinical/tier-policy.ts';
import { scoreAuditC } from './audit-c.ts';
import { AUDIT_C } from './audit-c-table.ts';
import { scoreCSsrs } from './c-ssrs.ts';
import { C_SSRS } from './c-ssrs-table.ts';
import { scoreCriticalValues } from './critical-values.ts';
import { CRITICAL_VALUES } from './critical-values-table.ts';
import { GAD7 } from './gad7-table.ts';
import { type News2Input, scoreNews2 } from './news2.ts';
import { PHQ9 } from './phq9-table.ts';
import { scoreQuestionnaire } from './questionnaire-score.ts';
import type { ScoreOutput } from './score-output.ts';

const CODES = PHQ9.items.map((item) => item.code);
/** 100,000 in a soak. */
const RUNS = { numRuns: runs(1_000) };
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

const someOf = (codes: readonly string[], most: number) =>
  fc
    .array(fc.option(fc.integer({ min: 0, max: most })), {
      minLength: codes.length,
      maxLength: codes.length,
    })
    .map((points) =>
      Object.fromEntries(
        codes.flatMap((code, i) => {
          const value = points[i];
          return value === null || value === undefined ? [] : [[code, value]];
        }),
      ),
    );

type Answers = Readonly<Record<string, number>>;
const bare = { statedTotal: null, unusable: {} };
const QUESTIONNAIRES = [
  {
    table: GAD7,
    score: (answers: Answers) => scoreQuestionnaire(GAD7, { answers, ...bare }),
  },
  {
    table: AUDIT_C,
    score: (answers: Answers) => scoreAuditC({ answers, ...bare, sex: 'male' }),
  },
  {
    table: C_SSRS,
    score: (answers: Answers) => scoreCSsrs({ answers, unusable: {}, statedLevel: null }),
  },
];

describe.each(QUESTIONNAIRES)('$table.id urgency', ({ table, score }) => {
  const codes = table.items.map((item) => item.code);
  const answered = someOf(codes, table.maxPoints);

  it('raising an answer, or giving one that was missing, never makes it less urgent', () => {
    fc.assert(
      fc.property(answered, fc.constantFrom(...codes), requested, (answers, code, priority) => {
        const before = answers[code];
        fc.pre(before !== table.maxPoints);
        const raised = { ...answers, [code]: (before ?? 0) + 1 };
        const [worse, better] = [tierOf(score(raised), priority), tierOf(score(answers), priority)];
        expect(worse).toBeLessThanOrEqual(better);
      }),
      RUNS,
    );
  });
});

describe('critical values', () => {
  const readings = fc.array(
    fc.record({
      code: fc.constantFrom(...CRITICAL_VALUES.rows.flatMap((row) => [...row.codes])),
      value: fc.option(fc.double({ min: 0, max: 1_200, noNaN: true })),
      bound: fc.constantFrom('exact', 'at-most', 'at-least'),
      referenceHigh: fc.constant(null),
      absent: fc.constant(null),
    }),
    { maxLength: 4 },
  );
  const age = fc.option(fc.integer({ min: 0, max: 110 }));

  it('one more result, or the flag of the laboratory, never makes it less urgent', () => {
    fc.assert(
      fc.property(readings, readings, age, requested, (some, more, years, priority) => {
        const tier = (all: typeof some, flagged: boolean) =>
          tierOf(scoreCriticalValues({ age: years, readings: all, flagged }), priority);
        expect(tier([...some, ...more], false)).toBeLessThanOrEqual(tier(some, false));
        expect(tier(some, true)).toBe(0);
      }),
      RUNS,
    );
  });
});

describe('the policy', () => {
  const ids = [...new Set(defaultTierPolicy.rows.map((row) => row.signal)), 'unheard-of'];
  const signal = fc.record({
    id: fc.constantFrom(...ids),
    value: fc.oneof(fc.integer({ min: -1, max: 30 }), fc.constant(Number.NaN)),
    source: fc.constant('test@1'),
  });
  const signals = fc.array(signal, { maxLength: 6 });

  it('one more signal, or a higher value, never makes it less urgent; all are recorded', () => {
    fc.assert(
      fc.property(signals, signal, requested, (some, more, priority) => {
        const decide = (all: typeof some) => assignTier(defaultTierPolicy, all, priority);
        const higher = some.map((each) => ({ ...each, value: each.value + 1 }));
        expect(decide([...some, more]).tier).toBeLessThanOrEqual(decide(some).tier);
        expect(decide(higher).tier).toBeLessThanOrEqual(decide(some).tier);
        expect(decide(some).tier).toBeLessThanOrEqual(decide([]).tier);
        expect(decide(some).contributions.map(({ id }) => id)).toEqual(some.map(({ id }) => id));
      }),
      RUNS,
    );
  });
});
