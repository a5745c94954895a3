/** What narrative may hold (`txt-1`, https://hl7.org/fhir/R4/narrative.html#xhtml). */
const ELEMENTS = new Set(
  [
    ['div', 'p', 'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'span', 'a', 'img', 'map', 'area'],
    ['b', 'i', 'u', 's', 'em', 'strong', 'small', 'big', 'tt', 'sub', 'sup', 'bdo', 'q', 'abbr'],
    ['code', 'pre', 'samp', 'kbd', 'var', 'cite', 'dfn', 'acronym', 'blockquote', 'address'],
    ['ul', 'ol', 'li', 'dl', 'dt', 'dd', 'strike', 'center', 'font', 'del', 'ins', 'figure'],
    ['table', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td', 'caption', 'col', 'colgroup'],
  ].flat(),
);

const START = /^\s*<div[\s/>]/;
const ATTRIBUTES = /[^<>"']*(?:(?:"[^"<]*"|'[^'<]*')[^<>"']*)*>/y;
const EXPECTED = 'one XHTML div element with formatting elements only';
const BLANK = 'an XHTML div element with text or an image in it';
const UNSAFE = 'XHTML without scripts, event attributes or addresses that run code';
const MALFORMED = 'XHTML in which every element is closed in its turn';

/**
 * Narrative is shown in browsers: only known elements pass, none with code in it, closed in order.
 * `txt-2`: something to read or to see.
 * @returns undefined for narrative as it should be, else what it should be
 */
export function narrativeProblem(value: unknown): string | undefined {
  if (typeof value !== 'string' || !START.test(value)) return EXPECTED;
  const scan = new Scan(value);
  for (let at = value.indexOf('<'); at >= 0; at = value.indexOf('<', scan.end)) {
    const problem = scan.tag(at);
    if (problem !== undefined) return problem;
    if (scan.isClosed) return scan.problemAtEnd();
  }
  return MALFORMED;
}

const NAMESPACE = ' xmlns="http://www.w3.org/1999/xhtml"';

/** Elements are named by lower-case letters and digits. */
const isNameSign = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39);

/** One walk from tag to tag, with the stack of elements that are open. */
class Scan {
  /** Behind the last tag. */
  end = 0;
  readonly #text: string;
  readonly #open: string[] = [];
  #hasContent = false;
  /** Attributes seen and found safe: cells of a table have the same ones. */
  readonly #safe = new Set(['', NAMESPACE]);

  constructor(text: string) {
    this.#text = text;
  }

  get isClosed(): boolean {
    return this.#open.length === 0;
  }

  tag(at: number): string | undefined {
    if (!this.#hasContent) this.#hasContent = this.#text.slice(this.end, at).trim() !== '';
    const next = this.#text.charCodeAt(at + 1);
    if (next === 0x2f) return this.#closing(at + 2);
    return next === 0x21 ? this.#comment(at) : this.#opening(at + 1);
  }

  problemAtEnd(): string | undefined {
    if (this.#text.slice(this.end).trim() !== '') return EXPECTED;
    return this.#hasContent ? undefined : BLANK;
  }

  #closing(at: number): string | undefined {
    const name = this.#open.pop();
    if (name === undefined || !this.#text.startsWith(name, at)) return MALFORMED;
    const close = this.#text.indexOf('>', at);
    if (close < 0 || this.#text.slice(at + name.length, close).trim() !== '') return MALFORMED;
    this.end = close + 1;
    return undefined;
  }

  #opening(at: number): string | undefined {
    const text = this.#text;
    let behind = at;
    while (isNameSign(text.charCodeAt(behind))) behind++;
    const name = text.slice(at, behind);
    if (name === '') return MALFORMED;
    if (!ELEMENTS.has(name)) return EXPECTED;
    if (name === 'img') this.#hasContent = true;
    ATTRIBUTES.lastIndex = behind;
    if (!ATTRIBUTES.test(text)) return MALFORMED;
    this.end = ATTRIBUTES.lastIndex;
    const isEmpty = text.charCodeAt(this.end - 2) === 0x2f;
    if (!isEmpty) this.#open.push(name);
    return this.#unsafe(text.slice(behind, this.end - (isEmpty ? 2 : 1)));
  }

  #unsafe(attributes: string): string | undefined {
    if (this.#safe.has(attributes)) return undefined;
    if (!isSafe(attributes)) return UNSAFE;
    this.#safe.add(attributes);
    return undefined;
  }

  #comment(at: number): string | undefined {
    const close = this.#text.startsWith('<!--', at) ? this.#text.indexOf('-->', at + 4) : -1;
    if (close < 0) return MALFORMED;
    this.end = close + 3;
    return undefined;
  }
}

const HANDLER = /(?:^|\s)on[a-z]+\s*=/i;
const CODE_ADDRESS = /=["'](?:javascript|vbscript|data:(?!image\/))/i;

function isSafe(attributes: string): boolean {
  if (HANDLER.test(attributes)) return false;
  if (!attributes.includes(':') && !attributes.includes('&')) return true;
  // Blanks and character references inside a scheme are ways to hide it.
  const plain = attributes.replace(/&#(?:x([0-9a-f]+)|(\d+));?|&colon;/gi, decoded);
  return !CODE_ADDRESS.test(plain.replace(/[\s\u0000-\u001f]+/g, ''));
}

function decoded(_: string, hex: string | undefined, decimal: string | undefined): string {
  if (hex === undefined && decimal === undefined) return ':';
  const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}
