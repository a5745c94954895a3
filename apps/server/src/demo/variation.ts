/**
 * Where one detail of the demo lies in [0, 1). Each detail has a place of its own, so that a new
 * one changes none of the others.
 */
export type Variation = (detail: string) => number;

/** FNV-1a over the place, finished with murmur3's mixer. */
export function variation(seed: number, subject: string): Variation {
  return (detail) => {
    let hash = 0x811c9dc5 ^ seed;
    for (const letter of `${subject}/${detail}`) {
      hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from `low` to `high`, both included. */
export const between = (at: number, low: number, high: number) =>
  low + Math.floor(at * (high - low + 1));

export function oneOf<Value>(at: number, values: readonly [Value, ...Value[]]): Value {
  return values[Math.floor(at * values.length)] ?? values[0];
}
