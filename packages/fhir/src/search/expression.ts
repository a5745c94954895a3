/** The subset of FHIRPath that R4 search parameters are written in, as a tree. */
export type Expression =
  | { readonly op: 'name'; readonly of: Expression | null; readonly name: string }
  | {
      readonly op: 'call';
      readonly of: Expression | null;
      readonly name: string;
      readonly args: readonly Expression[];
    }
  | { readonly op: 'index'; readonly of: Expression; readonly at: number }
  | { readonly op: 'as' | 'is'; readonly of: Expression; readonly type: string }
  | { readonly op: 'union'; readonly parts: readonly Expression[] }
  | {
      readonly op: 'and' | 'or' | '=' | '!=';
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly op: 'literal'; readonly value: string | number | boolean };

const TOKEN =
  /\s*(?:([A-Za-z_][A-Za-z0-9_]*|`[^`]+`)|'((?:[^'\\]|\\.)*)'|(\d+(?:\.\d+)?)|(!=|[().,|=[\]]))/y;

interface Token {
  readonly kind: 'word' | 'text' | 'number' | 'sign';
  readonly text: string;
}

/** Thrown inside this module's parser only; `parseExpression` turns it into undefined. */
class Unparsable extends Error {}

/** @returns undefined for text outside the subset. */
export function parseExpression(text: string): Expression | undefined {
  try {
    return new Parser(tokens(text)).whole();
  } catch (problem) {
    if (problem instanceof Unparsable) return undefined;
    throw problem;
  }
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (match === null) throw new Unparsable();
    const [, word, quoted, number, sign] = match;
    if (word !== undefined) found.push({ kind: 'word', text: word.replaceAll('`', '') });
    else if (quoted !== undefined)
      found.push({ kind: 'text', text: quoted.replace(/\\(.)/g, '$1') });
    else if (number !== undefined) found.push({ kind: 'number', text: number });
    else found.push({ kind: 'sign', text: sign ?? '' });
  }
  return found;
}

/** Recursive descent by FHIRPath's precedence: `.` `[]`, then `as` `is`, `|`, `=`, `and`, `or`. */
class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(list: readonly Token[]) {
    this.#tokens = list;
  }

  whole(): Expression {
    const expression = this.#either();
    if (this.#at < this.#tokens.length) throw new Unparsable();
    return expression;
  }

  #either(): Expression {
    let left = this.#both();
    while (this.#take('word', 'or')) left = { op: 'or', left, right: this.#both() };
    return left;
  }

  #both(): Expression {
    let left = this.#compared();
    while (this.#take('word', 'and')) left = { op: 'and', left, right: this.#compared() };
    return left;
  }

  #compared(): Expression {
    const left = this.#union();
    if (this.#take('sign', '=')) return { op: '=', left, right: this.#union() };
    if (this.#take('sign', '!=')) return { op: '!=', left, right: this.#union() };
    return left;
  }

  #union(): Expression {
    const parts = [this.#cast()];
    while (this.#take('sign', '|')) parts.push(this.#cast());
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { op: 'union', parts };
  }

  #cast(): Expression {
    let of = this.#path();
    for (;;) {
      if (this.#take('word', 'as')) of = { op: 'as', of, type: this.#typeName() };
      else if (this.#take('word', 'is')) of = { op: 'is', of, type: this.#typeName() };
      else return of;
    }
  }

  #path(): Expression {
    let of = this.#primary();
    for (;;) {
      if (this.#take('sign', '.')) of = this.#invocation(of);
      else if (this.#take('sign', '[')) {
        const at = Number(this.#next('number'));
        this.#expect(']');
        of = { op: 'index', of, at };
      } else return of;
    }
  }

  #primary(): Expression {
    const token = this.#tokens[this.#at];
    if (token?.kind === 'text') return { op: 'literal', value: this.#next('text') };
    if (token?.kind === 'number') return { op: 'literal', value: Number(this.#next('number')) };
    if (this.#take('word', 'true')) return { op: 'literal', value: true };
    if (this.#take('word', 'false')) return { op: 'literal', value: false };
    if (this.#take('sign', '(')) {
      const inner = this.#either();
      this.#expect(')');
      return inner;
    }
    return this.#invocation(null);
  }

  #invocation(of: Expression | null): Expression {
    const name = this.#next('word');
    if (!this.#take('sign', '(')) return { op: 'name', of, name };
    const args: Expression[] = [];
    if (!this.#take('sign', ')')) {
      do args.push(this.#either());
      while (this.#take('sign', ','));
      this.#expect(')');
    }
    return { op: 'call', of, name, args };
  }

  #typeName(): string {
    let name = this.#next('word');
    while (this.#take('sign', '.')) name = this.#next('word');
    return name;
  }

  #take(kind: Token['kind'], text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== kind || token.text !== text) return false;
    this.#at++;
    return true;
  }

  #next(kind: Token['kind']): string {
    const token = this.#tokens[this.#at++];
    if (token?.kind !== kind) throw new Unparsable();
    return token.text;
  }

  #expect(sign: string): void {
    if (!this.#take('sign', sign)) throw new Unparsable();
  }
}
