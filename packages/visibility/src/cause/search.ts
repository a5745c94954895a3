import type { Cuboid, Cuboids } from './cuboids.ts';
import { binomial, type LogLikelihood, poisson } from './evidence.ts';
import { CAUSE_LIMITS } from './limits.ts';
import type { Leaves } from './observation.ts';

/** A combination of attribute values: a cell of a cuboid. */
export interface Candidate {
  readonly cuboid: Cuboid;
  readonly cell: number;
  /** Nats by which it explains more than chance can, after the price of having searched. */
  readonly score: number;
  /** What the search ranks by: the score, or how pure the candidate is as well. */
  readonly key: number;
}

export interface BestOptions {
  /** Leaves that other causes explain: 1 = looked past. */
  readonly explained: Uint8Array;
  /** 0 takes what explains most; more prefers what fails more often over what covers more. */
  readonly appetite: number;
  readonly most: number;
  /** Also what explains less than it costs to name: for a list of guesses. */
  readonly isGuess?: boolean;
}

/** Chance of naming any cause where there is none, for independent failures. */
const FALSE_ALARM = 0.001;

/** What attempts of one leaf are taken to have in common before that can be estimated. */
const ALIKE_AT_FIRST = 0.01;

/** A name with one attribute more must at least double the likelihood. */
const LONGER = Math.log(2);

/** A cause at least doubles the failures: less is not what an operator looks for. */
const RATIO_MIN = 2;

/**
 * One pass over all combinations: how much likelier the failures become with one rate inside and
 * another outside. By Chernoff's bound a fixed combination reaches t nats by chance in exp(-t) of
 * all cases; so each size of combination gets a third of the chance of a false alarm, and pays the
 * logarithm of how many combinations of its size there are (Bonferroni).
 */
export class Search {
  readonly likelihood: LogLikelihood;
  /** Failures and exposure of each leaf after weighting: see `weigh`. */
  readonly failed: Float64Array;
  readonly exposure: Float64Array;
  readonly #leaves: Leaves;
  readonly #cuboids: Cuboids;
  readonly #price: readonly number[];
  readonly #sums: { readonly failed: Float64Array; readonly exposure: Float64Array };

  constructor(leaves: Leaves, cuboids: Cuboids) {
    this.#leaves = leaves;
    this.#cuboids = cuboids;
    this.likelihood = leaves.usualRate === null ? binomial : poisson;
    this.failed = new Float64Array(leaves.count);
    this.exposure = new Float64Array(leaves.count);
    const most = cuboids.all.reduce((max, { cells }) => Math.max(max, cells), 0);
    this.#sums = { failed: new Float64Array(most), exposure: new Float64Array(most) };
    const price: number[] = [];
    for (const cells of cuboids.cellsBySize) {
      const chosen = Math.log((CAUSE_LIMITS.size * Math.max(1, cells)) / FALSE_ALARM);
      price.push(Math.max(chosen, (price.at(-1) ?? 0) + LONGER));
    }
    this.#price = price;
    this.weigh(ALIKE_AT_FIRST);
  }

  /**
   * Counts of a leaf go together more than those of strangers do. Rao and Scott (1992): n attempts
   * with correlation c say as much as n / (1 + (n - 1) c) independent ones.
   */
  weigh(correlation: number): void {
    const { failed, total, usualRate, count } = this.#leaves;
    for (let leaf = 0; leaf < count; leaf++) {
      const attempts = total[leaf] ?? 0;
      const weight = 1 / (1 + Math.max(0, attempts - 1) * correlation);
      this.failed[leaf] = (failed[leaf] ?? 0) * weight;
      this.exposure[leaf] = attempts * weight * (usualRate?.[leaf] ?? 1);
    }
  }

  /** What naming a combination of that many attributes costs, in nats. */
  price(size: number): number {
    return this.#price[size] ?? Number.MAX_VALUE;
  }

  /** The best combinations, best first; only such as explain more than they cost. */
  best({ explained, appetite, most, isGuess = false }: BestOptions): Candidate[] {
    const all = this.#sumOf(explained);
    const found: Candidate[] = [];
    for (const cuboid of this.#cuboids.all) {
      this.#addUp(cuboid, explained);
      const price = isGuess ? 0 : this.price(cuboid.of.length);
      for (let cell = 0; cell < cuboid.cells; cell++) {
        const isFull = appetite === 0 && found.length >= most;
        const gain = this.#gainOf(cell, all, price + (isFull ? (found.at(-1)?.key ?? 0) : 0));
        if (gain <= 0) continue;
        const score = gain - price;
        const share = (this.#sums.failed[cell] ?? 0) / (this.#sums.exposure[cell] ?? 1);
        insert(found, { cuboid, cell, score, key: score * share ** appetite }, most);
      }
    }
    return found;
  }

  /** @returns the gain in nats; 0 where it does not pass the bar */
  #gainOf(cell: number, all: Sum, bar: number): number {
    const failed = this.#sums.failed[cell] ?? 0;
    const exposure = this.#sums.exposure[cell] ?? 0;
    if (failed < CAUSE_LIMITS.failures || exposure <= 0) return 0;
    const outside = { failed: all.failed - failed, exposure: all.exposure - exposure };
    // Nothing fails outside: half a failure stands for "never seen yet".
    const elsewhere = Math.max(outside.failed, 0.5) / Math.max(outside.exposure, 1e-9);
    const ratio = failed / exposure / elsewhere;
    if (outside.exposure > 1e-9 && ratio < RATIO_MIN) return 0;
    if (outside.exposure <= 1e-9) return 0;
    // The gain cannot be more than this, and logarithms are what a pass costs.
    if (failed * Math.log(ratio) <= bar) return 0;
    const gain =
      this.likelihood(failed, exposure) +
      this.likelihood(outside.failed, outside.exposure) -
      this.likelihood(all.failed, all.exposure);
    return gain > bar ? gain : 0;
  }

  /** Every combination of fewer of the same values. */
  containing({ cuboid, cell }: Candidate): Candidate[] {
    const leaf = cuboid.cellOf.indexOf(cell);
    return this.#cuboids.all
      .filter(
        ({ of }) => of.length < cuboid.of.length && of.every((one) => cuboid.of.includes(one)),
      )
      .map((wider) => ({ cuboid: wider, cell: wider.cellOf[leaf] ?? -1, score: 0, key: 0 }));
  }

  #sumOf(explained: Uint8Array): Sum {
    let [failed, exposure] = [0, 0];
    for (let leaf = 0; leaf < this.#leaves.count; leaf++) {
      if (explained[leaf] === 1) continue;
      failed += this.failed[leaf] ?? 0;
      exposure += this.exposure[leaf] ?? 0;
    }
    return { failed, exposure };
  }

  #addUp({ cellOf, cells }: Cuboid, explained: Uint8Array): void {
    const { failed, exposure } = this.#sums;
    failed.fill(0, 0, cells);
    exposure.fill(0, 0, cells);
    for (let leaf = 0; leaf < cellOf.length; leaf++) {
      const cell = cellOf[leaf] ?? -1;
      if (cell < 0 || explained[leaf] === 1) continue;
      failed[cell] = (failed[cell] ?? 0) + (this.failed[leaf] ?? 0);
      exposure[cell] = (exposure[cell] ?? 0) + (this.exposure[leaf] ?? 0);
    }
  }
}

interface Sum {
  readonly failed: number;
  readonly exposure: number;
}

/** Keys closer than this are equal: sums of another order must not decide. */
const EQUAL = 1e-9;

/** Among equals the fewer attributes, then the order of the cuboids, which is that of the names. */
function insert(found: Candidate[], candidate: Candidate, most: number): void {
  let at = found.length;
  while (at > 0 && isBetter(candidate, found[at - 1])) at -= 1;
  if (at >= most) return;
  found.splice(at, 0, candidate);
  if (found.length > most) found.pop();
}

function isBetter(one: Candidate, other: Candidate | undefined): boolean {
  if (other === undefined) return true;
  return one.key - other.key > EQUAL * Math.max(1, Math.abs(other.key));
}
