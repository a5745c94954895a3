/**
 * How many cases a property or simulation test tries: the small number in `npm test`, the full one
 * in `npm run soak`.
 *
 * @param small enough to find a common mistake within a second or two
 * @param full what a claim asks for; `HOLDFAST_SOAK` times as many unless told
 */
export function runs(small: number, full?: number): number {
  const factor = Number(process.env['HOLDFAST_SOAK'] ?? 1);
  if (!Number.isInteger(factor) || factor < 1) throw new RangeError('HOLDFAST_SOAK: 1 or more');
  return factor === 1 ? small : (full ?? small * factor);
}
