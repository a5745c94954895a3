import type { Candidate } from './search.ts';

/** Leaves of a cause with what each gains by it, in the same order. */
export interface Covered {
  readonly leaves: readonly number[];
  readonly gains: Float64Array;
}

export const covers = ({ cuboid, cell }: Candidate, leaf: number): boolean =>
  cuboid.cellOf[leaf] === cell;

/** Which leaves any of these covers: 1 = covered. */
export function coveredBy(causes: readonly Candidate[], leaves: number): Uint8Array {
  const covered = new Uint8Array(leaves);
  for (const { cuboid, cell } of causes) {
    for (let leaf = 0; leaf < leaves; leaf++) if (cuboid.cellOf[leaf] === cell) covered[leaf] = 1;
  }
  return covered;
}

export const idOf = ({ cuboid, cell }: Candidate): string => `${cuboid.of.join()}:${cell}`;

/** Whether all leaves of one are leaves of the other because it names less of the same. */
export function isWithin(inner: Candidate, outer: Candidate): boolean {
  if (!outer.cuboid.of.every((attribute) => inner.cuboid.of.includes(attribute))) return false;
  const leaf = inner.cuboid.cellOf.indexOf(inner.cell);
  return covers(outer, leaf);
}
