/** A hash short enough to compare by eye; the full one is what gets copied. */
export const shortHash = (hex: string): string =>
  hex.length <= 20 ? hex : `${hex.slice(0, 10)}…${hex.slice(-6)}`;
