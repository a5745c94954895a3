import {
  INDEXED_CODE_LENGTH_MAX,
  INDEXED_HEAD_LENGTH,
  INDEXED_STRING_LENGTH_MAX,
} from './limits.ts';

/** Cuts without splitting a surrogate pair. */
function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  return text.slice(0, max).replace(/[\uD800-\uDBFF]$/, '');
}

/** A code, identifier or uri as far as it is indexed; a search cuts what it asks for likewise. */
export const indexedCode = (text: string): string => cut(text, INDEXED_CODE_LENGTH_MAX);

export const indexedString = (text: string): string => cut(text, INDEXED_STRING_LENGTH_MAX);

/** The part of a folded string that lies in the B-tree, and what follows it. */
export function splitFolded(folded: string): { readonly head: string; readonly tail: string } {
  const whole = indexedString(folded);
  const head = cut(whole, INDEXED_HEAD_LENGTH);
  return { head, tail: whole.slice(head.length) };
}
