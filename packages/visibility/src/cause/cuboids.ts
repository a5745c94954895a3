import { CAUSE_LIMITS } from './limits.ts';
import type { Leaves } from './observation.ts';

/** A set of attributes, and the leaves sorted into cells: one for each combination of values met. */
export interface Cuboid {
  /** Indexes of its attributes, ascending. */
  readonly of: readonly number[];
  /** The cell of each leaf; -1 where the leaf lacks one of the attributes. */
  readonly cellOf: Int32Array;
  readonly cells: number;
}

export interface Cuboids {
  readonly all: readonly Cuboid[];
  /** The largest set of attributes that was within the budget. */
  readonly size: number;
  /** Combinations of values met, by the size of the set. */
  readonly cellsBySize: readonly number[];
}

/** Every set of one to three attributes, as far as the budget of cells goes. */
export function cuboidsOf(leaves: Leaves): Cuboids {
  const bySet = new Map<string, Cuboid>();
  const cellsBySize = [0];
  let layer: readonly Cuboid[] = [{ of: [], cellOf: new Int32Array(leaves.count), cells: 1 }];
  let size = 0;
  while (size < CAUSE_LIMITS.size) {
    const next = layer.flatMap(({ of }) => widened(of, leaves.attributes.length));
    if ((bySet.size + next.length) * leaves.count > CAUSE_LIMITS.cells) break;
    if (next.length === 0) break;
    const parents = new Map(layer.map((each) => [each.of.join(), each]));
    layer = next.map((of) => {
      const parent = parents.get(of.slice(0, -1).join());
      return refine(parent ?? EVERYTHING, of, leaves);
    });
    for (const each of layer) bySet.set(each.of.join(), each);
    cellsBySize.push(layer.reduce((sum, { cells }) => sum + cells, 0));
    size += 1;
  }
  // What holds for everything sets nothing apart.
  const all = [...bySet.values()].filter(({ cells, cellOf }) => cells > 1 || cellOf.includes(-1));
  return { all, size, cellsBySize };
}

const EVERYTHING: Cuboid = { of: [], cellOf: new Int32Array(0), cells: 1 };

/** The set and one attribute behind its last. */
function widened(of: readonly number[], attributes: number): number[][] {
  const from = (of.at(-1) ?? -1) + 1;
  return Array.from({ length: Math.max(0, attributes - from) }, (_, nth) => [...of, from + nth]);
}

function refine(parent: Cuboid, of: readonly number[], leaves: Leaves): Cuboid {
  const last = of.at(-1) ?? 0;
  const codes = leaves.codes[last] ?? new Int32Array(0);
  const values = leaves.values[last]?.length ?? 0;
  const cellOf = new Int32Array(leaves.count);
  const isDense = parent.cells * values <= DENSE;
  const dense = isDense ? new Int32Array(parent.cells * values) : null;
  const sparse = new Map<number, number>();
  let cells = 0;
  for (let leaf = 0; leaf < leaves.count; leaf++) {
    const outer = parent.cellOf[leaf] ?? -1;
    const code = codes[leaf] ?? -1;
    if (outer < 0 || code < 0) {
      cellOf[leaf] = -1;
      continue;
    }
    const key = outer * values + code;
    // 0 = not met yet.
    let cell = dense === null ? (sparse.get(key) ?? 0) : (dense[key] ?? 0);
    if (cell === 0) {
      cells += 1;
      cell = cells;
      if (dense === null) sparse.set(key, cell);
      else dense[key] = cell;
    }
    cellOf[leaf] = cell - 1;
  }
  return { of, cellOf, cells };
}

/** Up to this many possible cells an array is quicker than a map. */
const DENSE = 65_536;
