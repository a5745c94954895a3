const LENGTH = 4;

const codeOf = (letter: string): string => {
  if ('bfpv'.includes(letter)) return '1';
  if ('cgjkqsxz'.includes(letter)) return '2';
  if ('dt'.includes(letter)) return '3';
  if (letter === 'l') return '4';
  if ('mn'.includes(letter)) return '5';
  return letter === 'r' ? '6' : '';
};

/**
 * American Soundex (US National Archives): a first letter and three digits by sound. It serves as a
 * key to look under and is never evidence. Letters of other scripts have no code and count as vowels.
 */
export function soundex(name: string): string {
  const letters = name.replaceAll(' ', '');
  let code = letters.charAt(0);
  let last = codeOf(code);
  for (const letter of letters.slice(1)) {
    const digit = codeOf(letter);
    if (digit !== '' && digit !== last) code += digit;
    if (letter !== 'h' && letter !== 'w') last = digit;
    if (code.length === LENGTH) break;
  }
  return code.padEnd(LENGTH, '0');
}
