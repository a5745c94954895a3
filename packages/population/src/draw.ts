/**
 * Repeatable draws. A draw is opened by the seed and a path of numbers, so whatever has a path of its
 * own can be made without anything that comes before it, and a new detail moves none of the others.
 * Only whole-number arithmetic, additions and divisions: the same on every machine. Never for secrets.
 */
export class Draw {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number, ...path: readonly number[]) {
    let hash = mix(seed ^ 0x9e3779b9);
    for (const step of path) {
      // An index may lie beyond 32 bits.
      hash = mix(hash ^ mix(step | 0) ^ mix(Math.floor(step / 2 ** 32) + 0x7f4a7c15));
    }
    this.#a = hash;
    this.#b = mix(hash + 0x9e3779b9);
    this.#c = mix(hash + 0x3c6ef372);
    // sfc32: the first outputs still resemble where it began.
    for (let i = 0; i < 12; i++) this.#word();
  }

  #word(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** Uniform in [0, 1). */
  next(): number {
    return this.#word() / 2 ** 32;
  }

  /** A whole number from 0 up to and without `bound`. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    return at(items, this.below(items.length));
  }

  /** Prefers the front of a list, as names and streets are spread: half of all draws in the first quarter. */
  skewed<Item>(items: readonly Item[]): Item {
    const place = this.next();
    return at(items, Math.floor(place * place * items.length));
  }

  /** Near enough to a normal distribution, by a sum of twelve (Irwin and Hall): no logarithms. */
  normal(mean: number, deviation: number): number {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += this.next();
    return mean + deviation * sum;
  }

  /** A key by its share; shares need not sum to 1. */
  share<Key extends string>(shares: Readonly<Record<Key, number>>): Key {
    const entries = Object.entries(shares) as [Key, number][]; // its own keys
    const total = entries.reduce((sum, [, share]) => sum + share, 0);
    let place = this.next() * total;
    for (const [key, share] of entries) {
      place -= share;
      if (place < 0) return key;
    }
    return at(entries, entries.length - 1)[0];
  }
}

/** @throws RangeError outside of the list: a bug of the caller */
export function at<Item>(items: readonly Item[], index: number): Item {
  if (!(index >= 0 && index < items.length)) throw new RangeError(`nothing at ${index}`);
  return items[index] as Item; // within the length
}

/** The finisher of MurmurHash3. */
function mix(word: number): number {
  let hash = word | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** Rounded to a number of decimals, without the tail that binary fractions leave. */
export const rounded = (value: number, decimals: number): number => Number(value.toFixed(decimals));

export const clamped = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value));
