import { logBetaBinomial } from './beta-binomial.ts';
import { type Covered, coveredBy } from './cover.ts';
import type { Leaves } from './observation.ts';
import type { Candidate, Search } from './search.ts';
import { correlationAround } from './spread.ts';

/** Several causes together. */
export interface Model {
  readonly causes: readonly Candidate[];
  /** Nats gained over "no cause", less what naming the causes costs. */
  readonly worth: number;
}

/** How alike attempts of a leaf outside of the causes are taken to fail: told, or estimated. */
export type Supposing = { readonly correlation: number } | { readonly trimmed: number };

/** How far the rates of leaves under one cause lie apart: standard deviation over their mean. */
const UNEVEN = 0.6;

/**
 * What attempts of one leaf are taken to have in common before any cause is known: to estimate it
 * then would take the causes themselves for spread.
 */
const ALIKE_AT_FIRST = 0.005;

/**
 * What a set of causes is worth: the one measure by which searches are judged. Each leaf is as
 * likely as under the cause that explains it best, or as the background where none covers it. A
 * cause that covers leaves which behave as ever loses by each of them.
 */
export class Judge {
  readonly #leaves: Leaves;
  readonly #search: Search;
  readonly #gains = new Map<string, Covered>();
  readonly #background: Float64Array;
  /** Failures for each that was to be expected, outside of all causes. */
  #rate = 0;
  #correlation = 0;

  constructor(leaves: Leaves, search: Search) {
    this.#leaves = leaves;
    this.#search = search;
    this.#background = new Float64Array(leaves.count);
    this.suppose([], { correlation: ALIKE_AT_FIRST });
  }

  /** How alike attempts of one leaf outside of all causes fail. */
  get correlation(): number {
    return this.#correlation;
  }

  /** Takes what these do not cover for the background. */
  suppose(causes: readonly Candidate[], how: Supposing): void {
    const { count, failed, total, usualRate } = this.#leaves;
    const explained = coveredBy(causes, count);
    let [bad, usual] = [0.5, 0.5];
    for (let leaf = 0; leaf < count; leaf++) {
      if (explained[leaf] === 1) continue;
      bad += this.#search.failed[leaf] ?? 0;
      usual += this.#search.exposure[leaf] ?? 0;
    }
    this.#rate = bad / usual;
    this.#correlation =
      'correlation' in how
        ? how.correlation
        : correlationAround(this.#leaves, explained, { rate: this.#rate, trimmed: how.trimmed });
    for (let leaf = 0; leaf < count; leaf++) {
      this.#background[leaf] = logBetaBinomial(failed[leaf] ?? 0, total[leaf] ?? 0, {
        mean: this.#rate * (usualRate?.[leaf] ?? 1),
        correlation: this.#correlation,
      });
    }
    this.#gains.clear();
  }

  modelOf(causes: readonly Candidate[]): Model {
    const gains = new Map<number, number>();
    let price = 0;
    for (const cause of causes) {
      price += this.#search.price(cause.cuboid.of.length);
      const covered = this.#gainsOf(cause);
      for (const [nth, leaf] of covered.leaves.entries()) {
        const gain = covered.gains[nth] ?? 0;
        const known = gains.get(leaf);
        if (known === undefined || gain > known) gains.set(leaf, gain);
      }
    }
    let worth = -price;
    for (const gain of gains.values()) worth += gain;
    return { causes, worth };
  }

  /** By how much each leaf of a cause is likelier under it than as background. */
  #gainsOf(cause: Candidate): Covered {
    const id = `${cause.cuboid.of.join()}:${cause.cell}`;
    const known = this.#gains.get(id);
    if (known !== undefined) return known;
    const { failed, total, usualRate } = this.#leaves;
    const leaves: number[] = [];
    for (let leaf = 0; leaf < this.#leaves.count; leaf++) {
      if (cause.cuboid.cellOf[leaf] === cause.cell) leaves.push(leaf);
    }
    const ratio = this.#rateWithin(leaves);
    const gains = Float64Array.from(leaves, (leaf) => {
      const mean = ratio * (usualRate?.[leaf] ?? 1);
      const correlation = Math.max(this.#correlation, unevenness(mean));
      const inside = logBetaBinomial(failed[leaf] ?? 0, total[leaf] ?? 0, { mean, correlation });
      return inside - (this.#background[leaf] ?? 0);
    });
    const covered = { leaves, gains };
    this.#gains.set(id, covered);
    return covered;
  }

  /** The mean of the leaves' rates, where a leaf counts by what it can say of that mean. */
  #rateWithin(leaves: readonly number[]): number {
    const { failed, total, usualRate } = this.#leaves;
    let ratio = 0;
    let weighed = Number.POSITIVE_INFINITY;
    // The weight depends on the mean: twice is close enough.
    for (let round = 0; round < 2; round++) {
      let [bad, usual] = [0, 0];
      for (const leaf of leaves) {
        const attempts = total[leaf] ?? 0;
        const expected = usualRate?.[leaf] ?? 1;
        const alike = weighed === Number.POSITIVE_INFINITY ? 0.1 : unevenness(weighed * expected);
        const weight = 1 / (1 + Math.max(0, attempts - 1) * alike);
        bad += (failed[leaf] ?? 0) * weight;
        usual += attempts * expected * weight;
      }
      ratio = usual === 0 ? 0 : bad / usual;
      weighed = ratio;
    }
    return Math.max(ratio, this.#rate);
  }
}

/** The correlation that gives a rate its relative spread: var = (v m)^2 = c m (1 - m). */
const unevenness = (mean: number): number => {
  const m = Math.min(0.98, Math.max(0, mean));
  return Math.min(0.1, (UNEVEN * UNEVEN * m) / (1 - m));
};
