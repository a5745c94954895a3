import type { ScoreStep, Truth } from './score-tally.ts';

const WIDTH = 960;
const HEIGHT = 320;
const LEFT = 48;
const BOTTOM = 40;
const TOP = 28;
const DECADES_LEAST = 1;

/** From the axis up. Colours are the page's; the order says the same to whoever cannot tell them. */
const KINDS: readonly { kind: Truth; words: string }[] = [
  { kind: 'different', words: 'two people' },
  { kind: 'unknown', words: 'nobody says' },
  { kind: 'same', words: 'one person' },
];

/**
 * How many pairs have which weight, as SVG. The height is logarithmic: strangers outnumber the rest by
 * orders, and the few between the two hills are what the picture is for.
 */
export function scorePicture(steps: readonly ScoreStep[]): string {
  const most = Math.max(1, ...steps.map(({ counts }) => total(counts)));
  const decades = Math.max(DECADES_LEAST, Math.ceil(Math.log10(most + 1)));
  const room = HEIGHT - BOTTOM - TOP;
  const heightOf = (count: number): number => (Math.log10(count + 1) / decades) * room;
  const width = (WIDTH - LEFT) / Math.max(1, steps.length);
  const bars = steps
    .map((step, at) => bar(step, { x: LEFT + at * width, width, heightOf }))
    .join('');
  const lines = Array.from({ length: decades + 1 }, (_, decade) => {
    const y = HEIGHT - BOTTOM - heightOf(10 ** decade - 1);
    return `<line x1="${LEFT}" x2="${WIDTH}" y1="${fixed(y)}" y2="${fixed(y)}" stroke="currentColor" stroke-opacity=".15"/><text x="${LEFT - 6}" y="${fixed(y + 4)}" text-anchor="end">${decade === 0 ? 0 : short(10 ** decade)}</text>`;
  }).join('');
  const ticks = steps
    .map(({ fromBits }, at) => ({ fromBits, x: LEFT + at * width }))
    .filter(({ fromBits }) => fromBits % 10 === 0)
    .map(
      ({ fromBits, x }) =>
        `<text x="${fixed(x)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${fromBits}</text>`,
    )
    .join('');
  const shown = KINDS.filter(({ kind }) => steps.some(({ counts }) => counts[kind] > 0));
  const legend = shown
    .map(
      ({ kind, words }, at) =>
        `<rect x="${LEFT + at * 130}" y="4" width="12" height="12" fill="var(--${kind})"/><text x="${LEFT + 18 + at * 130}" y="15">${words}</text>`,
    )
    .join('');
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Pairs by weight: from strangers on the left to one person on the right">${lines}${bars}${ticks}${legend}<text x="${WIDTH}" y="${HEIGHT - 6}" text-anchor="end">weight in bits; 0 is as likely as not</text></svg>`;
}

interface Place {
  readonly x: number;
  readonly width: number;
  readonly heightOf: (count: number) => number;
}

function bar({ counts, fromBits, untilBits }: ScoreStep, { x, width, heightOf }: Place): string {
  let below = 0;
  let drawn = '';
  for (const { kind, words } of KINDS) {
    if (counts[kind] === 0) continue;
    const from = heightOf(below);
    below += counts[kind];
    const height = heightOf(below) - from;
    drawn += `<rect x="${fixed(x)}" y="${fixed(HEIGHT - BOTTOM - from - height)}" width="${fixed(width - 1)}" height="${fixed(height)}" fill="var(--${kind})"><title>${fromBits} to ${untilBits} bits: ${counts[kind]} pairs, ${words}</title></rect>`;
  }
  return drawn;
}

const total = ({ same, different, unknown }: ScoreStep['counts']): number =>
  same + different + unknown;
const fixed = (number: number): string => number.toFixed(1);
const short = (number: number): string =>
  number >= 1e6 ? `${number / 1e6} M` : number >= 1e3 ? `${number / 1e3} k` : `${number}`;
