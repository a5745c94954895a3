const ATOM = `(?:[A-Za-z%'"_]|\\[[!-Z^-z]+\\])+`;
/** Stands for what was in parentheses; no unit has it. */
const GROUP = '~';
const SIMPLE = `(?:10[*^](?:[+-]?\\d+)?|\\d+|${ATOM}(?:[+-]?\\d+)?|${GROUP})`;
const ANNOTATION = '\\{[!-z|]*\\}';
const COMPONENT = `(?:${SIMPLE}(?:${ANNOTATION})?|${ANNOTATION})`;
const TERM = new RegExp(`^/?${COMPONENT}(?:[./]${COMPONENT})*$`);
const INNERMOST = /\(([^()]*)\)/;

/**
 * True for text of the form of a UCUM unit (https://ucum.org/ucum, section 2.2), whether or not there
 * are such units. The library that converts them prints what it cannot parse, so that it must not
 * be asked about anything else.
 */
export function hasUcumSyntax(unit: string): boolean {
  if (unit.includes(GROUP)) return false;
  let text = unit;
  for (let inner = INNERMOST.exec(text); inner !== null; inner = INNERMOST.exec(text)) {
    if (!TERM.test(inner[1] ?? '')) return false;
    text = text.replace(INNERMOST, GROUP);
  }
  return TERM.test(text);
}
