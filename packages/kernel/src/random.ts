/** Randomness as an argument: cores never draw it from the platform. */
export interface Random {
  /** Cryptographically strong where the implementation is `systemRandom`. */
  bytes(length: number): Uint8Array;
}

/** A call of the platform costs as much for a page as for sixteen bytes: some 10 us. */
const PAGE_BYTES = 4_096;
let page = new Uint8Array(0);
let used = 0;

export const systemRandom: Random = {
  bytes(length) {
    if (length > PAGE_BYTES / 4) return crypto.getRandomValues(new Uint8Array(length));
    if (used + length > page.length) {
      page = crypto.getRandomValues(new Uint8Array(PAGE_BYTES));
      used = 0;
    }
    const bytes = page.slice(used, used + length);
    // Nothing that was handed out stays in memory here: it may have become a key.
    page.fill(0, used, used + length);
    used += length;
    return bytes;
  },
};
