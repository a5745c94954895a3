import type { PersonRecord } from '@holdfast/identity';

type Random = () => number;
type Known = Omit<PersonRecord, 'id'>;
export type Address = Pick<
  PersonRecord,
  'houseNumber' | 'addressLines' | 'locality' | 'postcode' | 'state'
>;

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';

const below = (random: Random, bound: number): number => Math.floor(random() * bound);

/** One letter or digit wrong, left out, doubled or swapped with its neighbour. */
function mistyped(text: string, random: Random): string {
  if (text.length < 2) return text;
  const at = below(random, text.length - 1);
  const alphabet = /\d/.test(text.charAt(at)) ? DIGITS : LETTERS;
  const wrong = alphabet.charAt(below(random, alphabet.length));
  const [before, here, after] = [text.slice(0, at), text.charAt(at), text.slice(at + 1)];
  const kinds = [
    before + wrong + after,
    before + after,
    before + here + here + after,
    before + after.charAt(0) + here + after.slice(1),
  ];
  return kinds[below(random, kinds.length)] ?? text;
}

const swappedDay = (date: string): string =>
  `${date.slice(0, 4)}-${date.slice(8)}-${date.slice(5, 7)}`;

/** What goes wrong when a person is written down a second time, by how often of a hundred. */
const MISTAKES: readonly (readonly [
  number,
  (known: Known, random: Random, moved: Known) => Known,
])[] = [
  [16, (known, random) => ({ ...known, given: mistyped(known.given ?? '', random) })],
  [16, (known, random) => ({ ...known, family: mistyped(known.family ?? '', random) })],
  [3, (known) => ({ ...known, given: known.family ?? '', family: known.given ?? '' })],
  [10, (known, random) => ({ ...known, birthDate: mistyped(known.birthDate ?? '', random) })],
  [3, (known) => ({ ...known, birthDate: swappedDay(known.birthDate ?? '') })],
  [14, (known, _random, moved) => ({ ...known, ...moved })],
  [14, (known) => ({ ...known, phones: [] })],
  [
    8,
    (known, random) => ({
      ...known,
      phones: (known.phones ?? []).map((phone) => mistyped(phone, random)),
    }),
  ],
  [10, (known) => ({ ...known, identifiers: [] })],
  [6, (known) => ({ ...known, emails: [] })],
];
const ALL = MISTAKES.reduce((sum, [often]) => sum + often, 0);
const MOST_MISTAKES = 3;

/**
 * The same person written down again, with one to three mistakes.
 * @param moved somebody whose address is where the person lives by now
 */
export function writtenAgain(known: Known, random: Random, moved: Address): Known {
  let again = known;
  for (let left = 1 + below(random, MOST_MISTAKES); left > 0; left--) {
    let drawn = random() * ALL;
    for (const [often, mistake] of MISTAKES) {
      drawn -= often;
      if (drawn >= 0) continue;
      again = mistake(again, random, moved);
      break;
    }
  }
  return again;
}
