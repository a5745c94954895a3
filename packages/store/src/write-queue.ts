/**
 * Writers of one resource or patient line up here, in this process, before they take a connection:
 * else the writers of one busy patient would hold every connection of the pool while they wait for
 * each other's lock, and nobody else could write. Between processes the database's locks do it.
 */
export class WriteQueue {
  readonly #tails = new Map<string, Promise<void>>();

  /** Runs `work` when everybody who came before for any of the names is done. */
  async run<Value>(names: Iterable<string>, work: () => Promise<Value>): Promise<Value> {
    const mine = [...new Set(names)];
    const before = mine.flatMap((name) => this.#tails.get(name) ?? []);
    let finished: () => void = () => undefined;
    const done = new Promise<void>((resolve) => {
      finished = resolve;
    });
    // Taken for all names in one step: who waits for another's name came later for all of them.
    for (const name of mine) this.#tails.set(name, done);
    try {
      await Promise.all(before);
      return await work();
    } finally {
      finished();
      for (const name of mine) if (this.#tails.get(name) === done) this.#tails.delete(name);
    }
  }

  /** Names that somebody holds or waits for. */
  get size(): number {
    return this.#tails.size;
  }
}
