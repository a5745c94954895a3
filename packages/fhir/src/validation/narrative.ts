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
const TAG = /(\/?)([A-Za-z][A-Za-z0-9]*)((?:[^<>"']|"[^"<]*"|'[^'<]*')*?)(\/?)>/y;
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
  const open: string[] = [];
  let hasContent = false;
  for (let at = value.indexOf('<'), end = 0; at >= 0; at = value.indexOf('<', end)) {
    if (at > end) {
      const isBlank = value.slice(end, at).trim() === '';
      if (!isBlank && open.length === 0) return EXPECTED;
      hasContent ||= !isBlank;
    }
    if (value.startsWith('<!--', at)) {
      end = value.indexOf('-->', at) + 3;
      if (end < 3) return MALFORMED;
      continue;
    }
    TAG.lastIndex = at + 1;
    const tag = TAG.exec(value);
    if (tag === null) return MALFORMED;
    end = TAG.lastIndex;
    const problem = tagProblem(tag, open);
    if (problem !== undefined) return problem;
    hasContent ||= tag[2] === 'img';
    if (open.length === 0) return atEnd(value.slice(end), hasContent);
  }
  return MALFORMED;
}

function atEnd(rest: string, hasContent: boolean): string | undefined {
  if (rest.trim() !== '') return EXPECTED;
  return hasContent ? undefined : BLANK;
}

/** Checks a tag and keeps the stack of what is open. */
function tagProblem([, slash, name = '', attributes = '', closed]: string[], open: string[]) {
  if (!ELEMENTS.has(name)) return EXPECTED;
  if (slash === '/') return open.pop() === name ? undefined : MALFORMED;
  if (closed === '') open.push(name);
  return attributes === '' || isSafe(attributes) ? undefined : UNSAFE;
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
