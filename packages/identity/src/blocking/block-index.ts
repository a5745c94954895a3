import { invariant } from '@holdfast/kernel';
import { NumberList } from '../columns/number-list.ts';
import { identityLimits } from '../limits.ts';
import type { RecordList } from '../record-list.ts';
import { keyHash } from './key-hash.ts';
import { BLOCKING_KEYS, type BlockingKey } from './keys.ts';

/** Positions of two records in their list, the lower first. */
export type Pair = readonly [number, number];

interface Blocks {
  /** Positions, block after block. */
  readonly members: Uint32Array;
  /** Where each block begins in `members`; one more marks the end. */
  readonly starts: Uint32Array;
  /** How many blocks there are when each key is done. */
  readonly keyEnds: readonly number[];
}

/** The blocks that each record is in, in ascending order. */
interface Memberships {
  readonly blocks: Uint32Array;
  readonly starts: Uint32Array;
}

/**
 * The records that share a value of a key, for every key, without values that more than the limit
 * share. Hashes and positions sorted as plain numbers: memory grows with the records, not the pairs.
 */
export class BlockIndex {
  readonly #blocks: Blocks;
  readonly #memberships: Memberships;

  constructor(records: RecordList, keys: readonly BlockingKey[] = BLOCKING_KEYS) {
    invariant(records.length <= identityLimits.records, 'a position fits its bits');
    this.#blocks = blocksOf(records, keys);
    this.#memberships = membershipsOf(this.#blocks, records.length);
  }

  /** How many pairs there would be if each were counted under all its keys. */
  get pairsMost(): number {
    const { starts } = this.#blocks;
    let pairs = 0;
    for (let block = 0; block + 1 < starts.length; block++) {
      const size = (starts[block + 1] ?? 0) - (starts[block] ?? 0);
      pairs += (size * (size - 1)) / 2;
    }
    return pairs;
  }

  /** Every pair once, under the first key that finds it; of every n-th block only, where asked. */
  *pairs(everyBlock = 1): Generator<Pair, void> {
    const blocks = this.#blocks.starts.length - 1;
    for (let block = 0; block < blocks; block += everyBlock)
      for (const pair of this.#pairsIn(block)) if (this.#isFirst(block, pair)) yield pair;
  }

  /** The pairs of one key; those that share two of its values come twice. */
  *pairsOfKey(keyAt: number): Generator<Pair, void> {
    const { keyEnds } = this.#blocks;
    for (let block = keyEnds[keyAt - 1] ?? 0; block < (keyEnds[keyAt] ?? 0); block++)
      yield* this.#pairsIn(block);
  }

  *#pairsIn(block: number): Generator<Pair, void> {
    const { members, starts } = this.#blocks;
    const end = starts[block + 1] ?? 0;
    for (let at = starts[block] ?? 0; at < end; at++)
      for (let other = at + 1; other < end; other++)
        yield [members[at] as number, members[other] as number];
  }

  #isFirst(block: number, [one, other]: Pair): boolean {
    const { blocks, starts } = this.#memberships;
    let at = starts[one] as number;
    let otherAt = starts[other] as number;
    for (;;) {
      const here = blocks[at] as number;
      const there = blocks[otherAt] as number;
      if (here === there) return here === block;
      if (here < there) at++;
      else otherAt++;
    }
  }
}

function blocksOf(records: RecordList, keys: readonly BlockingKey[]): Blocks {
  const members = new NumberList();
  const starts = new NumberList();
  const entries = new NumberList();
  const keyEnds: number[] = [];
  for (const key of keys) {
    entries.clear();
    for (let position = 0; position < records.length; position++) {
      const record = records.at(position);
      if (record === undefined) continue;
      for (const value of new Set(key.values(record)))
        entries.push(keyHash(value) * identityLimits.records + position);
    }
    addBlocks(entries.sorted(), members, starts);
    keyEnds.push(starts.length);
  }
  starts.push(members.length);
  return { members: members.packed(), starts: starts.packed(), keyEnds };
}

/** Runs of one hash are blocks, their positions in order. */
function addBlocks(entries: Float64Array, members: NumberList, starts: NumberList): void {
  const positions = identityLimits.records;
  let from = 0;
  while (from < entries.length) {
    const hash = Math.floor((entries[from] as number) / positions);
    let to = from + 1;
    while (to < entries.length && Math.floor((entries[to] as number) / positions) === hash) to++;
    if (to - from > 1 && to - from <= identityLimits.recordsPerKey) {
      starts.push(members.length);
      for (let at = from; at < to; at++) members.push((entries[at] as number) % positions);
    }
    from = to;
  }
}

function membershipsOf({ members, starts }: Blocks, records: number): Memberships {
  const ends = new Uint32Array(records + 1);
  for (const position of members) ends[position + 1] = (ends[position + 1] ?? 0) + 1;
  for (let at = 0; at < records; at++) ends[at + 1] = (ends[at + 1] ?? 0) + (ends[at] ?? 0);
  const blocks = new Uint32Array(members.length);
  const next = ends.slice();
  for (let block = 0; block + 1 < starts.length; block++) {
    for (let at = starts[block] ?? 0; at < (starts[block + 1] ?? 0); at++) {
      const position = members[at] as number;
      blocks[next[position] as number] = block;
      next[position] = (next[position] as number) + 1;
    }
  }
  return { blocks, starts: ends };
}
