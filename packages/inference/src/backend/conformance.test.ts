// Goal: the child pool keeps the contract of a back end as every other does. Method: the suite that all
// back ends pass, with real children.
import { describe } from 'vitest';
import { childPoolLimits } from '../limits.ts';
import { ChildPool } from './child-pool.ts';
import { type BackendUnderTest, conforms } from './testing/conformance.ts';

const program = {
  entry: new URL('./testing/child-with-faults.ts', import.meta.url),
  execArgv: ['--conditions=@holdfast/source', '--import', 'tsx'],
};
const limits = { ...childPoolLimits, spares: 0, respawnBaseMs: 1, coolDownMs: 30 };

/** The children's faults are models that have them. */
const MODEL_OF = { hang: 'hang', 'half-closed': 'crash', malformed: 'nan' } as const;

async function open(): Promise<BackendUnderTest> {
  const backend = new ChildPool({ limits, program });
  let faulty: string | null = null;
  return {
    backend,
    fail: (fault) => {
      faulty = fault === null ? null : (MODEL_OF[fault as keyof typeof MODEL_OF] ?? null);
    },
    request: (nth) => ({
      ...{ id: `call-${nth}`, model: { id: faulty ?? 'phq-9', version: '1' } },
      input: { answers: { '44250-9': nth % 4 }, statedTotal: null },
    }),
    expected: (nth) => ({ score: 'phq-9@1', lowerBound: nth % 4 }),
    close: async () => undefined,
  };
}

describe('the child pool', () => {
  conforms(open, ['hang', 'half-closed']);
});
