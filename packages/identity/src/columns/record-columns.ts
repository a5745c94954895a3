import { invariant } from '@holdfast/kernel';
import { identityLimits } from '../limits.ts';
import type { NormalRecord } from '../normalise/normal-record.ts';
import type { RecordId } from '../record.ts';
import type { RecordList } from '../record-list.ts';
import { NumberList } from './number-list.ts';

const TEXTS = [
  'given',
  'family',
  'birthDate',
  'gender',
  'houseNumber',
  'locality',
  'postcode',
  'state',
] as const;
const LISTS = ['emails', 'phones', 'addressLines'] as const;

/** Blocks are walked record by record, so the same few are asked for again and again. */
const REMEMBERED = 1_024;

/** Adds records one after another, then holds them as columns of codes of the values that occur. */
export class RecordColumnsBuilder {
  readonly #ids: RecordId[] = [];
  readonly #values: string[] = [];
  readonly #codes = new Map<string, number>();
  readonly #numbers = new NumberList();
  readonly #starts = new NumberList();

  get length(): number {
    return this.#ids.length;
  }

  /** @throws when there are as many records as the limit says */
  add(record: NormalRecord): void {
    invariant(this.length < identityLimits.records, 'no more records than positions');
    this.#ids.push(record.id);
    this.#starts.push(this.#numbers.length);
    for (const field of TEXTS) this.#numbers.push(this.#codeOf(record[field]));
    for (const field of LISTS) this.#list(record[field]);
    this.#list(record.identifiers.flatMap(({ system, value }) => [system, value]));
  }

  #list(values: readonly string[]): void {
    this.#numbers.push(values.length);
    for (const value of values) this.#numbers.push(this.#codeOf(value));
  }

  #codeOf(value: string): number {
    const known = this.#codes.get(value);
    if (known !== undefined) return known;
    const code = this.#values.length;
    this.#codes.set(value, code);
    this.#values.push(value);
    return code;
  }

  /** Lets go of what only adding needs. */
  build(): RecordList {
    this.#codes.clear();
    return new RecordColumns({
      ids: this.#ids,
      values: this.#values,
      numbers: this.#numbers.packed(),
      starts: this.#starts.packed(),
    });
  }
}

interface Columns {
  readonly ids: readonly RecordId[];
  readonly values: readonly string[];
  /** Of each record its codes in the order of `TEXTS`, then each list as its length and codes. */
  readonly numbers: Uint32Array;
  readonly starts: Uint32Array;
}

class RecordColumns implements RecordList {
  readonly #columns: Columns;
  /** Where reading stands in `numbers`. */
  #next = 0;
  readonly #remembered: ({ position: number; record: NormalRecord } | undefined)[] = [];

  constructor(columns: Columns) {
    this.#columns = columns;
  }

  get length(): number {
    return this.#columns.ids.length;
  }

  at(position: number): NormalRecord | undefined {
    const slot = position % REMEMBERED;
    const remembered = this.#remembered[slot];
    if (remembered?.position === position) return remembered.record;
    const record = this.#read(position);
    if (record !== undefined) this.#remembered[slot] = { position, record };
    return record;
  }

  #read(position: number): NormalRecord | undefined {
    const { ids, starts } = this.#columns;
    const id = ids[position];
    if (id === undefined) return undefined;
    this.#next = starts[position] as number;
    const record = {
      id,
      given: this.#text(),
      family: this.#text(),
      birthDate: this.#text(),
      gender: this.#text(),
      houseNumber: this.#text(),
      locality: this.#text(),
      postcode: this.#text(),
      state: this.#text(),
      emails: this.#texts(),
      phones: this.#texts(),
      addressLines: this.#texts(),
      identifiers: [] as { system: string; value: string }[],
    };
    for (let left = this.#number(); left > 0; left -= 2)
      record.identifiers.push({ system: this.#text(), value: this.#text() });
    return record;
  }

  #number(): number {
    return this.#columns.numbers[this.#next++] as number;
  }

  #text(): string {
    return this.#columns.values[this.#number()] as string;
  }

  #texts(): string[] {
    const list: string[] = [];
    for (let left = this.#number(); left > 0; left--) list.push(this.#text());
    return list;
  }
}
