const REDRAW_MS = 100;
const PLAIN_LINE_MS = 5_000;

/**
 * Progress of a long command on standard error: a bar on a terminal, a line every few seconds
 * elsewhere, so that standard output stays data.
 */
export class Progress {
  readonly #total: number;
  readonly #unit: string;
  readonly #startedMs = performance.now();
  readonly #terminal = process.stderr.isTTY === true && process.env['TERM'] !== 'dumb';
  #drawnMs = performance.now();

  constructor(total: number, unit: string) {
    this.#total = total;
    this.#unit = unit;
  }

  /** @param what said once, so that nobody wonders whether anything happens */
  start(what: string): void {
    process.stderr.write(`${what}: ${this.#total} ${this.#unit}\n`);
  }

  /** @param detail further words, e.g. resources so far */
  update(done: number, detail: string): void {
    const nowMs = performance.now();
    if (nowMs - this.#drawnMs < (this.#terminal ? REDRAW_MS : PLAIN_LINE_MS) && done < this.#total)
      return;
    this.#drawnMs = nowMs;
    const seconds = (nowMs - this.#startedMs) / 1_000;
    const left = done === 0 ? '' : `, ${Math.ceil((seconds / done) * (this.#total - done))} s left`;
    const words = `${done}/${this.#total} ${this.#unit}, ${detail}${done < this.#total ? left : ''}`;
    if (!this.#terminal) {
      process.stderr.write(`${words}\n`);
      return;
    }
    const filled = Math.round((done / Math.max(1, this.#total)) * 24);
    process.stderr.write(`\r\u001B[2K[${'#'.repeat(filled)}${' '.repeat(24 - filled)}] ${words}`);
    if (done >= this.#total) process.stderr.write('\n');
  }

  get seconds(): number {
    return (performance.now() - this.#startedMs) / 1_000;
  }
}
