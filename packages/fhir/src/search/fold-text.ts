/**
 * The form strings are compared in: compatibility-decomposed (NFKD), marks dropped, lower case,
 * runs of white space as one blank. Folding twice changes nothing.
 */
export function foldText(text: string): string {
  const plain = isAscii(text) ? text : text.normalize('NFKD').replace(/\p{M}+/gu, '');
  const lower = plain.toLowerCase();
  // Lower-casing can bring marks back (capital I with dot above), so non-ASCII is folded once more.
  const folded = isAscii(lower) ? lower : lower.normalize('NFKD').replace(/\p{M}+/gu, '');
  return folded.replace(/\s+/g, ' ').trim();
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}
