/** What has to be looked at, and when: instants on a monotonic clock, in ms. Pure. */
export class Agenda<Item> {
  readonly #due = new Map<Item, number>();

  /** Looks at `item` at `at`, or earlier if that was asked before. */
  add(item: Item, at: number): void {
    this.#due.set(item, Math.min(at, this.#due.get(item) ?? at));
  }

  /** Takes out what is due. */
  take(now: number): Item[] {
    const items = [...this.#due].filter(([, at]) => at <= now).map(([item]) => item);
    for (const item of items) this.#due.delete(item);
    return items;
  }

  has(item: Item): boolean {
    return this.#due.has(item);
  }

  clear(): void {
    this.#due.clear();
  }

  /** The next instant, or null when nothing waits. */
  next(): number | null {
    return this.#due.size === 0 ? null : Math.min(...this.#due.values());
  }
}
