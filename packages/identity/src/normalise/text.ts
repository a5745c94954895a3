import { identityLimits } from '../limits.ts';

/** Letters that have no decomposition, as they are commonly transcribed. */
const TRANSCRIBED: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

/**
 * Lower case without marks; hyphens and other signs become single spaces, apostrophes go. Letters
 * of every script stay. Empty when nothing is left, which means not known.
 */
export function normalText(text: string | undefined): string {
  if (text === undefined) return '';
  return text
    .slice(0, identityLimits.textLength)
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}+|['’ʼ`]/gu, '')
    .replaceAll(/[ßæœøłđðþı]/g, (letter) => TRANSCRIBED[letter] ?? letter)
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
