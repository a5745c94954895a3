/** The most memory this process, its threads included, was seen to hold. */
export class PeakMemory {
  #bytes = 0;

  /** @returns megabytes so far */
  look(): number {
    this.#bytes = Math.max(
      this.#bytes,
      process.resourceUsage().maxRSS * 1_024,
      process.memoryUsage.rss(),
    );
    return Math.round(this.#bytes / 1e6);
  }
}
