import { describe, expect, it } from 'vitest';
import { DecideRequest } from './consent-explanation.ts';
import { DECISIONS_MAX } from './limits.ts';
import { readBody } from './request-body.ts';

const question = { patient: 'p', type: 'Observation', action: 'read' };
const asking = (count: number) =>
  JSON.stringify({ questions: Array.from({ length: count }, () => question) });

describe('readBody', () => {
  it('reads a batch of exactly the limit and refuses one more', () => {
    expect(readBody(DecideRequest, asking(DECISIONS_MAX)).ok).toBe(true);
    expect(readBody(DecideRequest, asking(DECISIONS_MAX + 1))).toEqual({
      ok: false,
      error: ['questions'],
    });
  });

  it('names the place inside lists, and the body where it is no JSON', () => {
    const wrong = JSON.stringify({ questions: [question, { ...question, action: 'look' }] });
    expect(readBody(DecideRequest, wrong)).toEqual({ ok: false, error: ['questions[1].action'] });
    expect(readBody(DecideRequest, 'no')).toEqual({ ok: false, error: ['body'] });
  });
});
