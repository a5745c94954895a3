const BINS = 10;
/** Of an empty bin, so that its logarithm exists. */
const LEAST_SHARE = 1e-4;

const known = (values: Float64Array): Float64Array =>
  values.filter((value) => !Number.isNaN(value)).sort();

/**
 * Population stability index over tenths of the reference: sum of (p - q) ln(p / q). What is missing
 * is left to the gate of that name. 0 where either side knows nothing.
 */
export function stabilityIndex(reference: Float64Array, live: Float64Array): number {
  const [from, to] = [known(reference), known(live)];
  if (from.length === 0 || to.length === 0) return 0;
  const edges = [
    ...new Set(
      Array.from({ length: BINS - 1 }, (_, i) => from[Math.floor(((i + 1) * from.length) / BINS)]),
    ),
  ].map((edge) => edge ?? 0);
  const shares = (values: Float64Array): number[] => {
    const counts = Array.from({ length: edges.length + 1 }, () => 0);
    for (const value of values) {
      const bin = edges.findIndex((edge) => value < edge);
      const place = bin === -1 ? edges.length : bin;
      counts[place] = (counts[place] ?? 0) + 1;
    }
    return counts.map((count) => Math.max(LEAST_SHARE, count / values.length));
  };
  const [p, q] = [shares(to), shares(from)];
  return p.reduce(
    (sum, share, i) => sum + (share - (q[i] ?? share)) * Math.log(share / (q[i] ?? share)),
    0,
  );
}

/** Largest vertical distance of the two distribution functions, in [0, 1]. */
export function distance(reference: Float64Array, live: Float64Array): number {
  const [a, b] = [known(reference), known(live)];
  if (a.length === 0 || b.length === 0) return 0;
  let [i, j, worst] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const at = Math.min(a[i] ?? 0, b[j] ?? 0);
    while (i < a.length && a[i] === at) i += 1;
    while (j < b.length && b[j] === at) j += 1;
    worst = Math.max(worst, Math.abs(i / a.length - j / b.length));
  }
  return worst;
}

export const missingShare = (values: Float64Array): number =>
  values.length === 0 ? 0 : values.filter(Number.isNaN).length / values.length;

/** A quantile of what was measured; NaN of nothing. */
export function quantile(values: Float64Array, share: number): number {
  const sorted = values.toSorted();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
