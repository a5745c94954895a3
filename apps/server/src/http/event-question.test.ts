import { describe, expect, it } from 'vitest';
import { readEventQuestion } from './event-question.ts';

const asked = (query: string) => readEventQuestion(new URLSearchParams(query));

describe('the question of a stream of changes', () => {
  it('takes a patient by id and by reference, and lists by commas', () => {
    const { value } = asked('type=Observation,Condition&interaction=create&patient=Patient/p1') as {
      value: unknown;
    };
    expect(value).toEqual({
      filter: { resourceTypes: ['Observation', 'Condition'], interactions: ['create'] },
      patient: 'p1',
    });
    expect(asked('patient=p1')).toMatchObject({ value: { filter: {}, patient: 'p1' } });
    expect(asked('')).toEqual({ ok: true, value: { filter: {}, patient: null } });
  });

  it('refuses by name what it does not understand', () => {
    for (const [query, names] of [
      ['type=Observatoin', ['type']],
      ['type=', ['type']],
      ['interaction=read', ['interaction']],
      ['patient=Practitioner/p1', ['patient']],
      ['patient=', ['patient']],
      ['patient=a&patient=b', ['patient']],
      ['subject=p1&types=X&subject=p2', ['subject', 'types']],
      ['type=X&patient=a/b/c', ['type', 'patient']],
    ] as const) {
      const refused = asked(query);
      const said = refused.ok ? [] : refused.error.map(({ expression }) => expression);
      expect([query, said]).toEqual([query, names]);
      expect(refused.ok || refused.error.every(({ mend }) => mend !== undefined)).toBe(true);
    }
  });
});
