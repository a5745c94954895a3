import type { Bind } from '../access-gate.ts';
import type { Statement } from '../postgres/fenced.ts';

/**
 * Values of a statement that is put together from pieces, not all of which are used: PostgreSQL
 * refuses a parameter that the text does not name. `$1` is the tenant.
 */
export class Parameters {
  readonly #values: unknown[] = [];

  readonly bind: Bind = (value) => `$p${this.#values.push(value) - 1}`;

  /** The statement with its parameters numbered in the order in which the text names them. */
  statement(tenant: number, text: string): Statement {
    const values: unknown[] = [tenant];
    const numbers = new Map<string, number>();
    const numbered = text.replaceAll(/\$p(\d+)/g, (placeholder, index: string) => {
      let number = numbers.get(placeholder);
      if (number === undefined) {
        number = values.push(this.#values[Number(index)]);
        numbers.set(placeholder, number);
      }
      return `$${number}`;
    });
    return { text: numbered, values };
  }
}
