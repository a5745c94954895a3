import type { Random } from '@holdfast/kernel';

export interface SeededRandom extends Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A whole number from 0 up to and without `bound`. */
  below(bound: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
}

/** The same numbers for the same seed on every machine (sfc32). Never for secrets. */
export function seededRandom(seed: number): SeededRandom {
  let [a, b, c, counter] = [seed | 0, (seed >>> 16) ^ 0x9e3779b9, 0x85ebca6b, 1];
  const word = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  // The first outputs still resemble the seed.
  for (let i = 0; i < 15; i++) word();

  const next = () => word() / 2 ** 32;
  const below = (bound: number) => Math.floor(next() * bound);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick<Item>(items: readonly Item[]): Item {
      if (items.length === 0) throw new RangeError('nothing to pick from');
      return items[below(items.length)] as Item; // below() stays within the length
    },
    bytes: (length) => Uint8Array.from({ length }, () => word() & 0xff),
  };
}
