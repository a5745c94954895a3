import { describe, expect, it } from 'vitest';
import { LIKELIHOODS, safetyRating } from './clinical-safety.ts';

describe('the DCB0129 matrix', () => {
  it('rates what could kill several, whatever its likelihood', () => {
    const ratings = LIKELIHOODS.map(
      (likelihood) => safetyRating({ harm: 'life-changing', likelihood, patients: 2 })?.rating,
    );
    expect(ratings).toEqual([3, 4, 4, 5, 5]);
  });

  it('puts one patient a step below several', () => {
    const at = (patients: number) =>
      safetyRating({ harm: 'severe', likelihood: 'high', patients })?.consequence;
    expect([at(1), at(2)]).toEqual(['considerable', 'major']);
  });

  it('has nothing to rate where nobody is affected', () => {
    expect(safetyRating({ harm: 'minor', likelihood: 'high', patients: 0 })).toBeNull();
  });
});
