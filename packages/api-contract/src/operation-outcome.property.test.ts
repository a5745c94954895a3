// Goal: a fault survives the wire. Method: write any fault as an outcome, read it back.
import { Fault } from '@holdfast/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultOf, OperationOutcome, outcomeOf } from './operation-outcome.ts';

const sentence = fc.stringMatching(/^[A-Z][a-z ]{0,30}[a-z]\.$/);
const anyFault = fc
  .record({
    code: fc.stringMatching(/^[A-Z]{3}(_[A-Z]{1,8}){0,3}$/),
    status: fc.integer({ min: 400, max: 599 }),
    issue: fc.constantFrom('invalid', 'not-found', 'conflict', 'transient'),
    text: sentence,
    mend: sentence,
    diagnostics: fc.option(sentence, { nil: undefined }),
    expression: fc.option(fc.array(fc.constantFrom('Patient.birthDate', 'Bundle.entry[3]')), {
      nil: undefined,
    }),
  })
  .map(
    ({ code, status, issue, text, mend, diagnostics, expression }) =>
      new Fault(
        code,
        { status, issue, text, mend },
        {
          ...(diagnostics === undefined ? {} : { diagnostics }),
          ...(expression === undefined ? {} : { expression }),
        },
      ),
  );

describe('a fault as an OperationOutcome', () => {
  it('comes back as the same code, row and detail', () => {
    fc.assert(
      fc.property(anyFault, (fault) => {
        const wire = OperationOutcome.parse(JSON.parse(JSON.stringify(outcomeOf(fault))));
        const back = faultOf(wire, { status: fault.row.status });
        expect(back.code).toBe(fault.code);
        expect(back.row).toEqual(fault.row);
        expect(back.detail).toEqual(fault.detail);
      }),
    );
  });

  it('never carries the private cause', () => {
    const row = { status: 500, issue: 'exception', text: 'Broken.', mend: 'Retry.' };
    const outcome = outcomeOf(new Fault('X', row, { cause: new Error('Jane Doe') }));
    expect(JSON.stringify(outcome)).not.toContain('Jane');
  });

  it('reads the outcome of a server that knows nothing of our codes', () => {
    const foreign = OperationOutcome.parse({
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'error', code: 'processing', diagnostics: 'Nope.' }],
    });
    const fault = faultOf(foreign, { status: 422 });
    expect(fault.code).toBe('API_UNNAMED_REFUSAL');
    expect(fault.detail.diagnostics).toBe('Nope.');
  });
});
