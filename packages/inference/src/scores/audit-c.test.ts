import { describe, expect, it } from 'vitest';
import { defaultTierPolicy } from '../clinical/default-tier-policy.ts';
import { assignTier } from '../clinical/tier-policy.ts';
import { readAuditCInput, scoreAuditC } from './audit-c.ts';
import { AUDIT_C } from './audit-c-table.ts';
import { questionnaireInput } from './questionnaire-fhir.ts';

const [FREQUENCY = '', DRINKS = '', SIX_OR_MORE = ''] = AUDIT_C.items.map((item) => item.code);

function score(points: readonly [number, number, number], sex: string | null) {
  const answers = { [FREQUENCY]: points[0], [DRINKS]: points[1], [SIX_OR_MORE]: points[2] };
  return scoreAuditC({ answers, statedTotal: null, unusable: {}, sex });
}

describe('AUDIT-C', () => {
  it.each([
    ['male', 3, false],
    ['male', 4, true],
    ['female', 2, false],
    ['female', 3, true],
    ['other', 3, true],
    [null, 3, true],
  ])('of a patient recorded as %s with %i points: positive is %s', (sex, total, positive) => {
    const output = score([Math.min(2, total), total - Math.min(2, total), 0], sex);
    expect(output.total).toBe(total);
    const signal = output.signals.find(({ id }) => id === 'audit-c-positive');
    expect(signal?.value).toBe(positive ? 1 : 0);
    expect(output.band).toBe(positive ? 'at or above the cut' : 'below the cut');
  });

  it('says where all points come from how often alone', () => {
    expect(score([4, 0, 0], 'male').flags).toEqual(['frequency-only']);
    expect(score([2, 2, 0], 'male').flags).toEqual([]);
    expect(score([0, 0, 0], 'male').flags).toEqual([]);
  });

  it('alone is never more urgent than tier 2', () => {
    for (const sex of ['male', 'female', null]) {
      expect(assignTier(defaultTierPolicy, score([4, 4, 4], sex).signals, null).tier).toBe(2);
    }
  });

  it('reads the answer lists of all three questions, and skips a code that is none of them', () => {
    const answered = (linkId: string, code: string) => ({
      linkId,
      answer: [{ valueCoding: { system: 'http://loinc.org', code } }],
    });
    const { input } = questionnaireInput(AUDIT_C, [
      {
        resourceType: 'QuestionnaireResponse',
        id: 'q',
        status: 'completed',
        item: [
          answered('68517-2', 'LA18929-2'),
          answered(DRINKS, 'LA18931-8'),
          answered(SIX_OR_MORE, 'LA18934-2'),
        ],
      },
    ]);
    expect(input.answers).toEqual({ [DRINKS]: 3, [SIX_OR_MORE]: 4 });
    const output = scoreAuditC({ ...input, sex: 'male' });
    expect(output).toMatchObject({ total: null, lowerBound: 7, flags: ['items-missing'] });
  });

  it('an input survives the way to another process', () => {
    const input = { answers: { [DRINKS]: 3 }, statedTotal: null, unusable: {}, sex: 'female' };
    expect(readAuditCInput(JSON.parse(JSON.stringify(input)))).toEqual({ ok: true, value: input });
    expect(readAuditCInput({ answers: { [DRINKS]: 5 } }).ok).toBe(false);
  });
});
