import { describe, expect, it } from 'vitest';
import { defaultTierPolicy } from '../clinical/default-tier-policy.ts';
import { assignTier } from '../clinical/tier-policy.ts';
import type { FhirResource } from '../fhir-reading.ts';
import { readCSsrsInput, scoreCSsrs } from './c-ssrs.ts';
import { carriesCSsrs, cSsrsInput } from './c-ssrs-fhir.ts';
import { C_SSRS } from './c-ssrs-table.ts';

const CODES = C_SSRS.items.map((item) => item.code);
/** Wish, thoughts, method, intent, plan, lifetime, three months: `y`, `n` or `.` for no answer. */
function score(answers: string, statedLevel: number | null = null) {
  const given = answers
    .split('')
    .flatMap((each, i) => (each === '.' ? [] : [[CODES[i] ?? '', each === 'y' ? 1 : 0] as const]));
  return scoreCSsrs({ answers: Object.fromEntries(given), unusable: {}, statedLevel });
}

const combinations = Array.from({ length: 2 ** 7 }, (_, bits) =>
  bits.toString(2).padStart(7, '0').replaceAll('0', 'n').replaceAll('1', 'y'),
);

/** The triage points as the authors print them, read off the form line by line. */
function expectedLevel(answers: string): string {
  const [wish, thoughts, method, intent, plan, lifetime, recent] = answers;
  if (recent === 'y') return 'high';
  if (plan === 'y') return 'high';
  if (intent === 'y') return 'high';
  if (lifetime === 'y') return 'moderate';
  if (method === 'y') return 'moderate';
  return thoughts === 'y' || wish === 'y' ? 'low' : 'none';
}

describe('all answers to the screener', () => {
  it.each(combinations)('%s', (answers) => {
    const output = score(answers);
    expect(output.band).toBe(expectedLevel(answers));
    expect(output.total).not.toBeNull();
    const [, thoughts, method, intent, plan, lifetime, recent] = answers;
    const contradicts =
      (thoughts === 'n' && [method, intent, plan].includes('y')) ||
      (lifetime === 'n' && recent === 'y');
    expect(output.flags.includes('answers-contradict')).toBe(contradicts);
  });

  it('a further yes never makes it less urgent', () => {
    for (const answers of combinations) {
      for (let i = 0; i < 7; i++) {
        const raised = `${answers.slice(0, i)}y${answers.slice(i + 1)}`;
        expect(score(raised).lowerBound).toBeGreaterThanOrEqual(score(answers).lowerBound);
      }
    }
  });

  it.each([
    ['nnnnnnn', 2],
    ['ynnnnnn', 2],
    ['yynnnnn', 2],
    ['yyynnnn', 1],
    ['nnnnnyn', 1],
    ['yyyynnn', 0],
    ['nnnnnyy', 0],
  ])('%s is tier %i', (answers, tier) => {
    expect(assignTier(defaultTierPolicy, score(answers).signals, null).tier).toBe(tier);
  });
});

describe('what was not asked', () => {
  it.each([
    // No thoughts: questions 3 to 5 are skipped. No behaviour ever: its date is.
    ['nn...n.', 'none', 0],
    ['yn...n.', 'low', 1],
    ['yynnn..', 'low', null],
    ['nn.....', 'none', null],
    ['yyy....', 'moderate', null],
    ['.....y.', 'moderate', null],
    ['...y...', 'high', 3],
  ])('%s is %s, total %s', (answers, band, total) => {
    expect(score(answers)).toMatchObject({ band, total });
  });

  it('without any answer nothing is said', () => {
    expect(score('.......')).toMatchObject({ evaluable: false, signals: [], total: null });
  });
});

describe('a level that somebody stated', () => {
  it('counts where it is the worse, and is flagged where the answers disagree', () => {
    expect(score('.......', 3)).toMatchObject({ band: 'high', total: 3 });
    expect(score('ynnnnnn', 3)).toMatchObject({ band: 'high' });
    expect(score('yyyynnn', 1)).toMatchObject({ band: 'high' });
    expect(score('yyyynnn', 1).flags).toContain('level-disagrees-with-items');
  });
});

describe('FHIR', () => {
  const observation = (code: string, valueCode: string): FhirResource => ({
    resourceType: 'Observation',
    id: code,
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code }] },
    effectiveDateTime: '2026-11-24T11:00:00Z',
    valueCodeableConcept: { coding: [{ system: 'http://loinc.org', code: valueCode }] },
  });

  it('reads answers by coding and by boolean, and levels that were stated', () => {
    const response: FhirResource = {
      resourceType: 'QuestionnaireResponse',
      id: 'q',
      status: 'completed',
      item: [
        { linkId: '93246-7', answer: [{ valueBoolean: true }] },
        { linkId: '/93373-9/93247-5', answer: [{ valueCoding: { code: 'LA32-8' } }] },
        { linkId: '93374-7', answer: [{ valueCoding: { code: 'LA6751-7' } }] },
      ],
    };
    expect(carriesCSsrs(response)).toBe(true);
    expect(cSsrsInput([response]).input).toEqual({
      answers: { '93246-7': 1, '93247-5': 0 },
      unusable: {},
      statedLevel: 2,
    });
  });

  it('reads Observations, item by item', () => {
    const { input, used } = cSsrsInput([
      observation('93249-1', 'LA33-6'),
      observation('93374-7', 'LA9194-7'),
      observation('29463-7', 'LA33-6'),
    ]);
    expect(input).toMatchObject({ answers: { '93249-1': 1 }, statedLevel: 1 });
    expect(used).toHaveLength(2);
    expect(scoreCSsrs(input).band).toBe('high');
  });

  it('an input survives the way to another process', () => {
    const { input } = cSsrsInput([observation('93249-1', 'LA33-6')]);
    expect(readCSsrsInput(JSON.parse(JSON.stringify(input)))).toEqual({ ok: true, value: input });
    expect(readCSsrsInput({ ...input, statedLevel: 4 }).ok).toBe(false);
  });
});
