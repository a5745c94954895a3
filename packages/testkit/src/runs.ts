/**
 * How many cases a property or simulation test tries: the small number in `npm test`, and
 * `HOLDFAST_SOAK` times as many in `npm run soak`.
 *
 * @param small enough to find a common mistake within a second or two
 */
export function runs(small: number): number {
  const factor = Number(process.env['HOLDFAST_SOAK'] ?? 1);
  if (!Number.isInteger(factor) || factor < 1) throw new RangeError('HOLDFAST_SOAK: 1 or more');
  return small * factor;
}
