/**
 * `YYYYMMDD` of a date written with or without hyphens; empty when it is partial or no date of the
 * calendar's shape. A day that its month does not have is kept: it is a typing error to compare.
 */
export function normalBirthDate(text: string | undefined): string {
  const digits = (text ?? '').trim().replaceAll('-', '');
  return /^\d{4}[01]\d[0-3]\d$/.test(digits) ? digits : '';
}
