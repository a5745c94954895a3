const FIRST_CAPACITY = 1_024;

/** Numbers without boxes, as many as come: a list of the platform takes several times the memory. */
export class NumberList {
  #numbers = new Float64Array(FIRST_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(number: number): void {
    if (this.#length === this.#numbers.length) {
      const grown = new Float64Array(this.#numbers.length * 2);
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[this.#length++] = number;
  }

  /** The numbers in ascending order, to be read before the next `push` or `clear`. */
  sorted(): Float64Array {
    return this.#numbers.subarray(0, this.#length).sort();
  }

  /** A copy as 32-bit numbers, which is what positions and codes are. */
  packed(): Uint32Array {
    return Uint32Array.from(this.#numbers.subarray(0, this.#length));
  }

  clear(): void {
    this.#length = 0;
  }
}
