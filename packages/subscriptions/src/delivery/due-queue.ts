/** Keys by the time they are due, earliest first: a binary heap with one place a key. */
export class DueQueue {
  readonly #heap: { readonly key: string; readonly dueMs: number }[] = [];
  readonly #due = new Map<string, number>();

  get size(): number {
    return this.#due.size;
  }

  /** Puts a key, or moves it. */
  put(key: string, dueMs: number): void {
    this.#due.set(key, dueMs);
    this.#heap.push({ key, dueMs });
    let at = this.#heap.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** Puts a key unless it is due earlier already. */
  putEarlier(key: string, dueMs: number): void {
    if ((this.#due.get(key) ?? Infinity) > dueMs) this.put(key, dueMs);
  }

  remove(key: string): void {
    this.#due.delete(key);
  }

  clear(): void {
    this.#due.clear();
    this.#heap.length = 0;
  }

  /** When the earliest is due; null for none. */
  nextMs(): number | null {
    this.#dropStale();
    return this.#heap[0]?.dueMs ?? null;
  }

  /** Takes the earliest key that is due. */
  take(nowMs: number): string | null {
    this.#dropStale();
    const first = this.#heap[0];
    if (first === undefined || first.dueMs > nowMs) return null;
    this.#due.delete(first.key);
    this.#pop();
    return first.key;
  }

  /** Places that a key has left stay in the heap until they come up. */
  #dropStale(): void {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (this.#due.get(first.key) === first.dueMs) return;
      this.#pop();
    }
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    let at = 0;
    for (;;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < this.#heap.length && this.#isBefore(child, least)) least = child;
      }
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    return (this.#heap[a]?.dueMs ?? Infinity) < (this.#heap[b]?.dueMs ?? Infinity);
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#heap[a], this.#heap[b]];
    if (first === undefined || second === undefined) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}
