/** An area under the ROC curve with what its error is made of (DeLong, DeLong and Clarke-Pearson 1988). */
interface Placement {
  readonly area: number;
  readonly ofPositives: Float64Array;
  readonly ofNegatives: Float64Array;
}

/** Ranks from 1; ties share their middle. */
function middleRanks(values: Float64Array): Float64Array {
  const order = Int32Array.from(values.keys()).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let until = from;
    const value = values[order[from] ?? 0];
    while (until < order.length && values[order[until] ?? 0] === value) until += 1;
    for (let i = from; i < until; i++) ranks[order[i] ?? 0] = (from + until + 1) / 2;
    from = until;
  }
  return ranks;
}

function placementOf(scores: Float64Array, labels: Uint8Array): Placement {
  const positives = scores.filter((_, i) => labels[i] === 1);
  const negatives = scores.filter((_, i) => labels[i] !== 1);
  const [m, n] = [positives.length, negatives.length];
  const all = middleRanks(Float64Array.from([...positives, ...negatives]));
  const own = middleRanks(positives);
  const other = middleRanks(negatives);
  const ofPositives = own.map((rank, i) => ((all[i] ?? 0) - rank) / n);
  const ofNegatives = other.map((rank, i) => 1 - ((all[m + i] ?? 0) - rank) / m);
  return { area: mean(ofPositives), ofPositives, ofNegatives };
}

const mean = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function variance(values: Float64Array): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
}

export interface Estimate {
  readonly value: number;
  readonly error: number;
}

/** AUROC and its standard error. Both labels occur. */
export function areaWithError(scores: Float64Array, labels: Uint8Array): Estimate {
  const { area, ofPositives, ofNegatives } = placementOf(scores, labels);
  const square =
    variance(ofPositives) / ofPositives.length + variance(ofNegatives) / ofNegatives.length;
  return { value: area, error: Math.sqrt(square) };
}

/** AUROC of the first minus that of the second, on the same rows, each of another patient. */
export function areaDifference(
  first: Float64Array,
  second: Float64Array,
  labels: Uint8Array,
): Estimate {
  const [a, b] = [placementOf(first, labels), placementOf(second, labels)];
  const minus = (x: Float64Array, y: Float64Array): Float64Array =>
    x.map((value, i) => value - (y[i] ?? 0));
  const positives = minus(a.ofPositives, b.ofPositives);
  const negatives = minus(a.ofNegatives, b.ofNegatives);
  const square = variance(positives) / positives.length + variance(negatives) / negatives.length;
  return { value: a.area - b.area, error: Math.sqrt(square) };
}
