import { describe, expect, it } from 'vitest';
import { type Attempt, AttemptCounts } from './attempt-counts.ts';
import { localise } from './localise.ts';

const LIMITS = { attemptLeaves: 8, attemptSlots: 4, attemptSlotMs: 1_000 };
const attempt = (of: Partial<Attempt> = {}): Attempt => ({
  component: 'records',
  operation: 'read',
  subject: 'Patient',
  caller: 'clinician',
  dependency: 'postgres',
  tier: '',
  ...of,
});
const everything = { fromMs: 0, untilMs: 1e9 };

describe('counts of attempts', () => {
  it('are told apart by attributes and by before and since', () => {
    const counts = new AttemptCounts(LIMITS);
    counts.count(attempt(), false, 500);
    counts.count(attempt(), true, 1_500);
    counts.count(attempt(), false, 1_600);
    counts.count(attempt({ caller: 'patient' }), false, 1_700);
    const { attributes, rows } = counts.observations({ fromMs: 1_000, untilMs: 1_999 });
    expect(attributes).toEqual(Object.keys(attempt()));
    expect(rows).toEqual([
      {
        values: ['records', 'read', 'Patient', 'clinician', 'postgres', ''],
        failed: 1,
        succeeded: 1,
        usual: { failed: 0, succeeded: 1 },
      },
      {
        values: ['records', 'read', 'Patient', 'patient', 'postgres', ''],
        failed: 0,
        succeeded: 1,
        usual: { failed: 0, succeeded: 0 },
      },
    ]);
  });

  it('forget what is older than their slots', () => {
    const counts = new AttemptCounts(LIMITS);
    counts.count(attempt(), true, 0);
    counts.count(attempt(), false, 4_000);
    expect(counts.observations(everything).rows).toMatchObject([{ failed: 0, succeeded: 1 }]);
  });

  it('hold as many kinds of attempts as they say, and count the rest', () => {
    const counts = new AttemptCounts(LIMITS);
    for (let nth = 0; nth < 8; nth++) counts.count(attempt({ subject: `T${nth}` }), false, 0);
    expect(counts.uncounted).toBe(0);
    counts.count(attempt({ subject: 'T8' }), true, 0);
    expect(counts.uncounted).toBe(1);
    expect(counts.observations(everything).rows).toHaveLength(8);
  });

  it('put what has no code of its own among others', () => {
    const counts = new AttemptCounts({ ...LIMITS, attemptLeaves: 64 });
    for (let nth = 0; nth < 9; nth++) counts.count(attempt({ tier: `${nth}` }), false, 0);
    const tiers = counts.observations(everything).rows.map(({ values }) => values[5]);
    // Three bits: "none", six of their own, and "others".
    expect(tiers).toEqual(['0', '1', '2', '3', '4', '5', 'others']);
    expect(counts.observations(everything).rows.at(-1)?.succeeded).toBe(3);
  });

  it('let the failing combination be found', () => {
    const counts = new AttemptCounts({ ...LIMITS, attemptLeaves: 64 });
    for (let nth = 0; nth < 400; nth++) {
      const subject = nth % 2 === 0 ? 'Patient' : 'Observation';
      const caller = nth % 5 === 0 ? 'patient' : 'clinician';
      const isBad = subject === 'Observation' && caller === 'patient';
      counts.count(attempt({ subject, caller }), isBad, nth * 5);
    }
    const found = localise(counts.observations({ fromMs: 1_000, untilMs: 2_000 }));
    const without = localise(counts.observations(everything));
    expect(without.ok && without.value.causes.map(({ where }) => where)).toEqual([
      { caller: 'patient', subject: 'Observation' },
    ]);
    // It failed as much before: nothing is new.
    expect(found.ok && found.value.causes).toEqual([]);
  });
});
