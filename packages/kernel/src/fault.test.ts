import { describe, expect, it } from 'vitest';
import { Fault, faults } from './fault.ts';

const fault = faults({
  WARD_FULL: { status: 409, issue: 'conflict', text: 'The ward is full.', mend: 'Choose another.' },
});

describe('faults', () => {
  it('KRN-1: says what the catalogue says, and keeps the cause out of the text', () => {
    const cause = new Error('bed 7 holds Ada');
    const thrown = fault('WARD_FULL', { cause });
    expect(thrown).toBeInstanceOf(Fault);
    expect(thrown.message).toBe('WARD_FULL: The ward is full.');
    expect(thrown.cause).toBe(cause);
    expect(thrown.row.status).toBe(409);
  });

  it('says what happened this time where the thrower knows more', () => {
    const thrown = fault('WARD_FULL', { diagnostics: 'Ward 3 has no free bed.' });
    expect(thrown.message).toBe('WARD_FULL: Ward 3 has no free bed.');
  });
});
