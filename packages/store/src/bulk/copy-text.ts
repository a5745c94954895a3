/** A value of a row for `COPY ... FROM STDIN`; numbers may be infinite. */
export type CopyValue = string | number | bigint | boolean | null;

const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
};

/** A row of values. */
export const copyRow = (...values: readonly CopyValue[]): string =>
  values.map(copyField).join('\t');

/** PostgreSQL's text format of COPY: values apart by tabs, rows by line ends, null as `\N`. */
export function copyField(value: CopyValue): string {
  if (value === null) return '\\N';
  if (typeof value !== 'string') return String(value);
  // Only here, so that nearly all text is passed on as it is.
  return SPECIAL.test(value)
    ? value.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character)
    : value;
}

/** Rows of one table on their way to one COPY. */
export class CopyText {
  readonly table: string;
  readonly columns: readonly string[];
  readonly #rows: string[] = [];

  constructor(table: string, columns: string) {
    this.table = table;
    this.columns = columns.split(' ');
  }

  /** @param row its values, each as `copyField` spells it, apart by tabs */
  add(row: string): void {
    this.#rows.push(row);
  }

  get isEmpty(): boolean {
    return this.#rows.length === 0;
  }

  get rows(): number {
    return this.#rows.length;
  }

  text(): string {
    return this.#rows.length === 0 ? '' : `${this.#rows.join('\n')}\n`;
  }
}
