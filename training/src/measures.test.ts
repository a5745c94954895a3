import { describe, expect, it } from 'vitest';
import { areaUnderRoc, averagePrecision, brier, calibrationError } from './measures.ts';

const of = (scores: number[], labels: number[]) => ({
  scores: Float64Array.from(scores),
  labels: Uint8Array.from(labels),
});

describe('measures', () => {
  it.each([
    ['a perfect order', [0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1], 1],
    ['the order upside down', [0.9, 0.8, 0.2, 0.1], [0, 0, 1, 1], 0],
    ['ties, which count half', [0.5, 0.5, 0.5, 0.5], [0, 1, 0, 1], 0.5],
    ['one pair of four the wrong way', [0.1, 0.6, 0.4, 0.9], [0, 0, 1, 1], 0.75],
  ])('areaUnderRoc of %s', (_, scores, labels, area) => {
    expect(areaUnderRoc(of(scores, labels))).toBe(area);
  });

  it('averagePrecision counts precision where something is found', () => {
    expect(averagePrecision(of([0.9, 0.8, 0.7], [1, 0, 1]))).toBeCloseTo((1 + 2 / 3) / 2, 9);
  });

  it('brier and calibration error of a sure and right forecast are 0', () => {
    const sure = of([0, 0, 1, 1, 0, 0, 1, 1, 0, 1], [0, 0, 1, 1, 0, 0, 1, 1, 0, 1]);
    expect([brier(sure), calibrationError(sure)]).toEqual([0, 0]);
  });
});
