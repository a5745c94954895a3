/** Where a text stops being JSON, for messages: line and column count from 1. */
export interface JsonPosition {
  readonly line: number;
  readonly column: number;
}

const SPACE = /[ \t\n\r]*/y;
const WORD = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** Deepest nesting of objects and arrays; brackets inside strings do not count. */
export function jsonDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) {
      i = endOfString(text, i);
    } else if (code === 0x7b || code === 0x5b) {
      depth++;
      if (depth > deepest) deepest = depth;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return deepest;
}

/** Position of the quote that closes the string opened at `from`. */
export function endOfString(text: string, from: number): number {
  let i = from + 1;
  while (i < text.length && text.charCodeAt(i) !== 0x22) i += text.charCodeAt(i) === 0x5c ? 2 : 1;
  return i;
}

/**
 * Finds the first place at which `text` breaks JSON's grammar. Only called for texts that
 * `JSON.parse` refused: its own messages differ by engine and quote the data.
 */
export function jsonErrorPosition(text: string): JsonPosition {
  const at = new Scanner(text).firstError();
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return { line, column: at - (before.lastIndexOf('\n') + 1) + 1 };
}

/** A grammar check with an explicit stack: depth costs memory, never the call stack. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  firstError(): number {
    const open: ('{' | '[')[] = [];
    for (;;) {
      if (!this.#value(open)) return this.#at;
      while (!this.#justOpened && open.length > 0) {
        if (this.#sign(',')) {
          if (open.at(-1) === '{' && !this.#name()) return this.#at;
          break;
        }
        if (!this.#sign(open.at(-1) === '{' ? '}' : ']')) return this.#at;
        open.pop();
      }
      if (open.length === 0) {
        this.#space();
        return this.#at;
      }
    }
  }

  #justOpened = false;

  /** One scalar, an empty container, or the opening of a container up to its first value. */
  #value(open: ('{' | '[')[]): boolean {
    this.#justOpened = false;
    if (this.#sign('{')) {
      if (this.#sign('}')) return true;
      if (!this.#name()) return false;
      open.push('{');
      this.#justOpened = true;
      return true;
    }
    if (this.#sign('[')) {
      if (this.#sign(']')) return true;
      open.push('[');
      this.#justOpened = true;
      return true;
    }
    return this.#string() || this.#take(WORD);
  }

  #name(): boolean {
    return this.#string() && this.#sign(':');
  }

  /**
   * A loop, not one expression with a repeated group: V8 keeps a stack entry for each repetition.
   */
  #string(): boolean {
    if (!this.#sign('"')) return false;
    do this.#match(PLAIN);
    while (this.#match(ESCAPE));
    if (this.#text[this.#at] !== '"') return false;
    this.#at++;
    return true;
  }

  #space(): void {
    this.#match(SPACE);
  }

  #sign(sign: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== sign) return false;
    this.#at++;
    return true;
  }

  #take(pattern: RegExp): boolean {
    this.#space();
    return this.#match(pattern);
  }

  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (pattern.exec(this.#text) === null) return false;
    this.#at = pattern.lastIndex;
    return true;
  }
}
