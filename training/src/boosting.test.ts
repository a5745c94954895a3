import { probabilityOf } from '@holdfast/inference/models';
import { describe, expect, it } from 'vitest';
import { boost, type Table } from './boosting.ts';
import { regress } from './logistic-regression.ts';
import { areaUnderRoc } from './measures.ts';
import { wardTable } from './ward-table.ts';

/** Labels by an exclusive or, which no line separates. */
function exclusiveOr(): Table {
  const rows = Array.from({ length: 2_000 }, (_, i) =>
    Float32Array.from([(i * 37) % 101, i % 17 === 0 ? Number.NaN : (i * 53) % 97]),
  );
  const isPast = (value: number | undefined, edge: number): boolean => (value ?? 0) > edge;
  const labels = Uint8Array.from(rows, ([a, b]) => Number(isPast(a, 50) !== isPast(b, 48)));
  return { features: ['a', 'b'], rows, labels };
}

const areaOf = (table: Table, predict: (row: Float32Array) => number): number =>
  areaUnderRoc({ scores: Float64Array.from(table.rows, predict), labels: table.labels });

describe('boosted trees', () => {
  it('find what lies in two features together, which a line does not', () => {
    const table = exclusiveOr();
    const trees = boost(table);
    const line = regress(table);
    expect(areaOf(table, (row) => probabilityOf(trees, row))).toBeGreaterThan(0.97);
    expect(areaOf(table, (row) => probabilityOf(line, row))).toBeLessThan(0.6);
  });

  it('are the same for the same rows', () => {
    expect(boost(exclusiveOr())).toEqual(boost(exclusiveOr()));
  });
});

describe('the ward', () => {
  it('is the same for the same seed, and another for another', () => {
    const of = (seed: number) => wardTable({ seed, first: 0, patients: 20 });
    expect(of(1)).toEqual(of(1));
    expect(of(1).rows).not.toEqual(of(2).rows);
  });

  it('is one in which NEWS2 tells something, and not all', () => {
    const { baseline, labels } = wardTable({ seed: 5, first: 0, patients: 400 });
    const area = areaUnderRoc({ scores: baseline, labels });
    expect(area).toBeGreaterThan(0.6);
    expect(area).toBeLessThan(0.9);
  });
});
