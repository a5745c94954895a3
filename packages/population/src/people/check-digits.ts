/** Luhn's check digit (ISO/IEC 7812-1 annex B) for a string of digits that lacks it. */
export function luhnDigit(digits: string): number {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    // The last digit is doubled: the check digit will stand behind it.
    const doubled = (digits.length - i) % 2 === 1;
    const digit = Number(digits[i]) * (doubled ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return (10 - (sum % 10)) % 10;
}

/** A US provider number: Luhn over the prefix 80840 that cards use (45 CFR 162.406). */
export function providerNumber(nineDigits: string): string {
  return nineDigits + luhnDigit(`80840${nineDigits}`);
}

/** Modulus 11 by falling weights, as health numbers use it; undefined where the rest is 10: no such number. */
export function modulus11(nineDigits: string): number | undefined {
  let sum = 0;
  for (let i = 0; i < 9; i++) sum += Number(nineDigits[i]) * (10 - i);
  const digit = (11 - (sum % 11)) % 11;
  return digit === 10 ? undefined : digit;
}

/** The n-th number at or after it with a check digit by modulus 11: one of ten or eleven has none. */
export function memberNumber(n: number): string {
  for (let at = n; ; at++) {
    const digits = String(at % 1_000_000_000).padStart(9, '0');
    const check = modulus11(digits);
    if (check !== undefined) return `${digits}${check}`;
  }
}
