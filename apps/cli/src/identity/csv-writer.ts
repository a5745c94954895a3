import { closeSync, openSync, writeSync } from 'node:fs';

const BUFFERED_CHARACTERS = 65_536;

/** Writes lines as they come, without keeping them: a long list of reviews stays on the disk. */
export class CsvWriter {
  readonly #file: number;
  #waiting = '';

  constructor(path: string, header: readonly string[]) {
    this.#file = openSync(path, 'w');
    this.add(header);
  }

  add(cells: readonly (string | number)[]): void {
    this.#waiting += `${cells.map(quoted).join(',')}\n`;
    if (this.#waiting.length > BUFFERED_CHARACTERS) this.#flush();
  }

  end(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    writeSync(this.#file, this.#waiting);
    this.#waiting = '';
  }
}

const quoted = (cell: string | number): string =>
  /[",\r\n]/.test(`${cell}`) ? `"${`${cell}`.replaceAll('"', '""')}"` : `${cell}`;
