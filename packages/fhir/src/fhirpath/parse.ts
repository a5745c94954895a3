import { FhirPathError } from './fhirpath-error.ts';
import { type Expression, isOperator, STRENGTH, TYPE_STRENGTH } from './syntax.ts';
import { type Token, tokensOf } from './tokens.ts';

/**
 * Reads a whole FHIRPath expression.
 * @throws FhirPathError where the text is none
 */
export function parseFhirPath(text: string): Expression {
  return new Parser(tokensOf(text)).whole();
}

const CALENDAR = /^(?:year|month|week|day|hour|minute|second|millisecond)s?$/;
/** Deepest nesting of an expression: recursion stays far from the stack's end. */
const MAX_NESTING = 200;

/** Precedence climbing over `STRENGTH`. */
class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #nesting = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Expression {
    const expression = this.#operation(0);
    if (this.#peek().kind !== 'end') this.#fail();
    return expression;
  }

  #operation(least: number): Expression {
    if (++this.#nesting > MAX_NESTING) throw new FhirPathError('syntax', 'nested too deeply');
    let left = this.#signed();
    for (;;) {
      const { kind, text } = this.#peek();
      if (kind !== 'word' && kind !== 'sign') break;
      if ((text === 'is' || text === 'as') && TYPE_STRENGTH > least) {
        this.#at++;
        left = { op: text, of: left, type: this.#typeName() };
      } else if (isOperator(text) && STRENGTH[text] > least) {
        this.#at++;
        left = { op: 'binary', operator: text, left, right: this.#operation(STRENGTH[text]) };
      } else break;
    }
    this.#nesting--;
    return left;
  }

  #signed(): Expression {
    for (const sign of ['+', '-'] as const) {
      if (this.#take(sign)) return { op: 'sign', sign, of: this.#signed() };
    }
    return this.#path();
  }

  #path(): Expression {
    let of = this.#term();
    for (;;) {
      if (this.#take('.')) of = this.#invocation(of);
      else if (this.#take('[')) {
        of = { op: 'item', of, at: this.#operation(0) };
        this.#expect(']');
      } else return of;
    }
  }

  #term(): Expression {
    const { kind, text } = this.#peek();
    switch (kind) {
      case 'string':
        this.#at++;
        return { op: 'literal', type: 'String', text };
      case 'number':
        this.#at++;
        return this.#numberOrQuantity(text);
      case 'date':
      case 'dateTime':
      case 'time':
        this.#at++;
        return { op: 'literal', type: DATE_TYPES[kind], text };
      case 'variable':
        this.#at++;
        return { op: 'variable', name: text };
      case 'word':
        if (text !== 'true' && text !== 'false') return this.#invocation(null);
        this.#at++;
        return { op: 'literal', type: 'Boolean', text };
      default:
        return this.#group();
    }
  }

  #numberOrQuantity(number: string): Expression {
    const { kind, text } = this.#peek();
    if (kind === 'string' || (kind === 'word' && CALENDAR.test(text))) {
      this.#at++;
      return { op: 'quantity', number, unit: text };
    }
    return { op: 'literal', type: number.includes('.') ? 'Decimal' : 'Integer', text: number };
  }

  #group(): Expression {
    if (this.#take('(')) {
      const inner = this.#operation(0);
      this.#expect(')');
      return inner;
    }
    if (this.#take('{')) {
      this.#expect('}');
      return { op: 'empty' };
    }
    return this.#invocation(null);
  }

  #invocation(of: Expression | null): Expression {
    const { kind, text: name } = this.#peek();
    if (kind !== 'word' && kind !== 'quoted word') this.#fail();
    this.#at++;
    if (kind === 'word' && (name === '$this' || name === '$index' || name === '$total')) {
      return of === null ? { op: name } : this.#fail();
    }
    if (!this.#take('(')) return { op: 'member', of, name };
    const args: Expression[] = [];
    if (!this.#take(')')) {
      do args.push(this.#operation(0));
      while (this.#take(','));
      this.#expect(')');
    }
    return { op: 'call', of, name, args };
  }

  #typeName(): string {
    const names = [this.#word()];
    while (this.#take('.')) names.push(this.#word());
    return names.join('.');
  }

  #word(): string {
    const { kind, text } = this.#peek();
    if (kind !== 'word' && kind !== 'quoted word') this.#fail();
    this.#at++;
    return text;
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? END;
  }

  #take(sign: string): boolean {
    const { kind, text } = this.#peek();
    if (kind !== 'sign' || text !== sign) return false;
    this.#at++;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) this.#fail();
  }

  #fail(): never {
    const { kind } = this.#peek();
    const what = kind === 'end' ? 'the expression ends too early' : `unexpected ${kind}`;
    throw new FhirPathError('syntax', `${what} at token ${this.#at + 1}`);
  }
}

const END: Token = { kind: 'end', text: '' };
const DATE_TYPES = { date: 'Date', dateTime: 'DateTime', time: 'Time' } as const;
