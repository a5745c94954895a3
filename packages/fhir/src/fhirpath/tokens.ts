import { FhirPathError } from './fhirpath-error.ts';

export interface Token {
  readonly kind:
    | 'word'
    | 'quoted word'
    | 'string'
    | 'number'
    | 'date'
    | 'dateTime'
    | 'time'
    | 'variable'
    | 'sign'
    | 'end';
  readonly text: string;
}

const BLANK = String.raw`(?:\s+|//[^\r\n]*|/\*[\s\S]*?\*/)*`;
const ZONE = String.raw`(?:Z|[+-]\d\d:\d\d)`;
const TIME = String.raw`\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?`;
const ALTERNATIVES = {
  time: String.raw`@T${TIME}(?!${ZONE})`,
  dateTime: String.raw`@\d{4}(?:-\d\d(?:-\d\d)?)?T(?:${TIME}${ZONE}?)?`,
  date: String.raw`@\d{4}(?:-\d\d(?:-\d\d)?)?`,
  number: String.raw`\d+(?:\.\d+)?`,
  string: String.raw`'(?:[^'\\]|\\.)*'`,
  quoted: String.raw`\`(?:[^\`\\]|\\.)*\``,
  variable: String.raw`%(?:[A-Za-z_][A-Za-z0-9_-]*|\`(?:[^\`\\]|\\.)*\`|'(?:[^'\\]|\\.)*')`,
  word: String.raw`\$(?:this|index|total)|[A-Za-z_][A-Za-z0-9_]*`,
  sign: String.raw`[<>!]=|!~|[<>=~+\-*/&|()[\]{},.]`,
};
const TOKEN = new RegExp(
  BLANK +
    '(?:' +
    Object.entries(ALTERNATIVES)
      .map(([name, pattern]) => `(?<${name}>${pattern})`)
      .join('|') +
    '|(?<end>$))',
  'ys',
);

/** @throws FhirPathError where the text has what no token is */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (;;) {
    const at = TOKEN.lastIndex;
    const token = tokenOf(TOKEN.exec(text)?.groups);
    if (token === undefined)
      throw new FhirPathError('syntax', `no FHIRPath at character ${at + 1}`);
    tokens.push(token);
    if (token.kind === 'end') return tokens;
  }
}

function tokenOf(groups: Record<string, string | undefined> | undefined): Token | undefined {
  const { time, dateTime, date, number, string, quoted, variable, word, sign } = groups ?? {};
  if (word !== undefined) return { kind: 'word', text: word };
  if (sign !== undefined) return { kind: 'sign', text: sign };
  if (string !== undefined) return { kind: 'string', text: unescaped(string.slice(1, -1)) };
  if (number !== undefined) return { kind: 'number', text: number };
  if (quoted !== undefined) return { kind: 'quoted word', text: unescaped(quoted.slice(1, -1)) };
  if (time !== undefined) return { kind: 'time', text: time.slice(2) };
  if (dateTime !== undefined) return { kind: 'dateTime', text: dateTime.slice(1) };
  if (date !== undefined) return { kind: 'date', text: date.slice(1) };
  if (variable !== undefined) {
    return { kind: 'variable', text: unescaped(variable.replace(/^%[`']?|[`']$/g, '')) };
  }
  return groups === undefined ? undefined : { kind: 'end', text: '' };
}

const ESCAPES: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', f: '\f' };

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, hex?: string, sign?: string) =>
    hex === undefined
      ? (ESCAPES[sign ?? ''] ?? sign ?? '')
      : String.fromCharCode(parseInt(hex, 16)),
  );
}
