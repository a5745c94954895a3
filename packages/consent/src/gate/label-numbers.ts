import type { LabelFacts } from '../condition/holds.ts';
import { CONFIDENTIALITY, UNLABELLED } from '../labels/confidentiality.ts';

/** Ranks from not yet labelled to very restricted. */
const RANKS = CONFIDENTIALITY.V - UNLABELLED + 1;
/** A power of two above twice the number of types; the rest is for those that end up in one place. */
const PLACES = 512;
/** Entries at first: most contexts meet fewer combinations than half of them. */
const SMALLEST = 64;
/** Numbers of an entry: type and rank, both halves of the mask, and the combination's number. */
const WIDTH = 4;
const EMPTY = -1;

/**
 * Numbers the combinations of type, confidentiality and sensitivity in the order they turn up, so
 * that a decision about a row is a look-up by two small integers. One flat table of 32-bit numbers,
 * open addressing: a row is looked up in one or two lines of memory, without comparing bigints.
 */
export class LabelNumbers {
  readonly #max: number;
  readonly #types: string[] = Array.from({ length: PLACES }, () => '');
  // A mask in two halves, read off the same memory: no bigint is made or compared.
  readonly #mask = new BigInt64Array(1);
  readonly #halves = new Int32Array(this.#mask.buffer);
  #entries = new Int32Array(SMALLEST * WIDTH).fill(EMPTY);
  #last = SMALLEST - 1;
  #count = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Starts afresh: earlier numbers mean nothing any more. */
  forget(): void {
    this.#types.fill('');
    this.#resize(SMALLEST);
    this.#count = 0;
  }

  /** The row's number below `max`; -1 where all numbers are taken. */
  of(row: LabelFacts): number {
    const kind = this.#placeOf(row.type) * RANKS + row.confidentiality - UNLABELLED;
    this.#mask[0] = row.sensitivity;
    const low = this.#halves[0] as number;
    const high = this.#halves[1] as number;
    const entries = this.#entries;
    for (let at = slotOf(kind, low, high) & this.#last; ; at = (at + 1) & this.#last) {
      const entry = at * WIDTH;
      const found = entries[entry];
      if (found === kind && entries[entry + 1] === low && entries[entry + 2] === high) {
        return entries[entry + 3] as number;
      }
      if (found === EMPTY) return this.#add(kind, low, high);
    }
  }

  #placeOf(type: string): number {
    let place =
      (type.length * 61 + type.charCodeAt(0) * 7 + type.charCodeAt(type.length - 1) * 29) &
      (PLACES - 1);
    while (this.#types[place] !== type) {
      if (this.#types[place] === '') this.#types[place] = type;
      else place = (place + 1) & (PLACES - 1);
    }
    return place;
  }

  #add(kind: number, low: number, high: number): number {
    if (this.#count >= this.#max) return -1;
    if (this.#count * 2 > this.#last) this.#resize((this.#last + 1) * 2, this.#entries);
    this.#put([kind, low, high, this.#count]);
    return this.#count++;
  }

  #resize(size: number, kept = new Int32Array()): void {
    this.#entries = new Int32Array(size * WIDTH).fill(EMPTY);
    this.#last = size - 1;
    for (let entry = 0; entry < kept.length; entry += WIDTH) {
      if (kept[entry] !== EMPTY) this.#put(kept.subarray(entry, entry + WIDTH));
    }
  }

  #put(entry: ArrayLike<number>): void {
    let at = slotOf(entry[0] ?? 0, entry[1] ?? 0, entry[2] ?? 0) & this.#last;
    while (this.#entries[at * WIDTH] !== EMPTY) at = (at + 1) & this.#last;
    this.#entries.set(entry, at * WIDTH);
  }
}

// Bits of the halves are far apart: multiplied, they meet the low bits.
function slotOf(kind: number, low: number, high: number): number {
  const mixed =
    Math.imul(kind, 0x9e3779b1) ^ Math.imul(low, 0x85ebca6b) ^ Math.imul(high, 0xc2b2ae35);
  return mixed ^ (mixed >>> 15);
}
