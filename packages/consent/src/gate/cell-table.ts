const SMALLEST = 64;
/** Numbers of an entry: class, label, step. The fourth keeps entries within a line of memory. */
const WIDTH = 4;
/** No class and no stand-in for one has this number. */
const EMPTY = -(2 ** 31);

/**
 * Numbers of steps by class and label number: flat, open addressing, so that however many classes
 * there are, a cell is found in one or two lines of memory.
 */
export class CellTable {
  #entries = new Int32Array(SMALLEST * WIDTH).fill(EMPTY);
  #last = SMALLEST - 1;
  #count = 0;

  get size(): number {
    return this.#count;
  }

  /** -1: nobody put one there yet. */
  get(consentClass: number, label: number): number {
    const entries = this.#entries;
    for (let at = slotOf(consentClass, label) & this.#last; ; at = (at + 1) & this.#last) {
      const entry = at * WIDTH;
      const found = entries[entry];
      if (found === consentClass && entries[entry + 1] === label) {
        return entries[entry + 2] as number;
      }
      if (found === EMPTY) return -1;
    }
  }

  /** Of a cell that nothing was put in. */
  put(consentClass: number, label: number, step: number): void {
    if (this.#count * 2 > this.#last) this.#grow();
    this.#place(consentClass, label, step);
    this.#count++;
  }

  clear(): void {
    this.#entries = new Int32Array(SMALLEST * WIDTH).fill(EMPTY);
    this.#last = SMALLEST - 1;
    this.#count = 0;
  }

  #grow(): void {
    const kept = this.#entries;
    this.#last = (this.#last + 1) * 2 - 1;
    this.#entries = new Int32Array((this.#last + 1) * WIDTH).fill(EMPTY);
    for (let entry = 0; entry < kept.length; entry += WIDTH) {
      const [consentClass = EMPTY, label = 0, step = 0] = kept.subarray(entry, entry + WIDTH);
      if (consentClass !== EMPTY) this.#place(consentClass, label, step);
    }
  }

  #place(consentClass: number, label: number, step: number): void {
    let at = slotOf(consentClass, label) & this.#last;
    while (this.#entries[at * WIDTH] !== EMPTY) at = (at + 1) & this.#last;
    this.#entries.set([consentClass, label, step], at * WIDTH);
  }
}

function slotOf(consentClass: number, label: number): number {
  const mixed = Math.imul(consentClass, 0x9e3779b1) ^ Math.imul(label, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
