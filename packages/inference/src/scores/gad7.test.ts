import { describe, expect, it } from 'vitest';
import { GAD7 } from './gad7-table.ts';
import { scoreQuestionnaire } from './questionnaire-score.ts';

describe('GAD-7 bands', () => {
  it.each([
    [0, 'minimal'],
    [4, 'minimal'],
    [5, 'mild'],
    [9, 'mild'],
    [10, 'moderate'],
    [14, 'moderate'],
    [15, 'severe'],
    [21, 'severe'],
  ])('a total of %i is %s', (total, band) => {
    let left = total;
    const answers = Object.fromEntries(
      GAD7.items.map(({ code }) => {
        const points = Math.min(3, left);
        left -= points;
        return [code, points];
      }),
    );
    const output = scoreQuestionnaire(GAD7, { answers, statedTotal: null, unusable: {} });
    expect(output).toMatchObject({ total, band, flags: [] });
  });
});
