/** `must`: it will fail or lose something. `should`: it is weaker than it could be. */
export type Gravity = 'well' | 'should' | 'must';

/** One thing that was looked at. */
export interface Finding {
  readonly area: 'node' | 'postgresql' | 'keys' | 'broker' | 'disk';
  readonly gravity: Gravity;
  readonly found: string;
  /** What to do; null where all is well. */
  readonly mend: string | null;
}

type Judge = (found: string) => Finding;

/** Findings of one area: `well('18.4')`, `must('wal_level is replica', 'Set ...')`. */
export function findingsOf(area: Finding['area']): {
  readonly well: Judge;
  readonly should: (found: string, mend: string) => Finding;
  readonly must: (found: string, mend: string) => Finding;
} {
  return {
    well: (found) => ({ area, gravity: 'well', found, mend: null }),
    should: (found, mend) => ({ area, gravity: 'should', found, mend }),
    must: (found, mend) => ({ area, gravity: 'must', found, mend }),
  };
}
