/** Scores with what came true, and whose they are. */
export interface Scored {
  readonly scores: Float64Array;
  readonly labels: Uint8Array;
}

/** Area under the ROC curve by ranks (Mann and Whitney), ties counted half. NaN without both labels. */
export function areaUnderRoc({ scores, labels }: Scored): number {
  const order = Int32Array.from(scores.keys()).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  let [rankSum, positives] = [0, 0];
  for (let from = 0; from < order.length; ) {
    let until = from;
    const value = scores[order[from] ?? 0];
    while (until < order.length && scores[order[until] ?? 0] === value) until += 1;
    const rank = (from + until + 1) / 2;
    for (let i = from; i < until; i++) {
      if (labels[order[i] ?? 0] !== 1) continue;
      rankSum += rank;
      positives += 1;
    }
    from = until;
  }
  const negatives = labels.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Area under precision over recall, as average precision. */
export function averagePrecision({ scores, labels }: Scored): number {
  const order = Int32Array.from(scores.keys()).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  let [found, sum] = [0, 0];
  for (const [i, row] of order.entries()) {
    if (labels[row] !== 1) continue;
    found += 1;
    sum += found / (i + 1);
  }
  return sum / Math.max(1, found);
}

/** Mean squared error of a probability (Brier 1950). */
export function brier({ scores, labels }: Scored): number {
  let sum = 0;
  for (const [i, score] of scores.entries()) sum += (score - (labels[i] ?? 0)) ** 2;
  return sum / scores.length;
}

export interface CalibrationBin {
  readonly rows: number;
  readonly meanPredicted: number;
  readonly observed: number;
}

/** Tenths of the rows by their probability, the least likely first. */
export function calibration({ scores, labels }: Scored): readonly CalibrationBin[] {
  const order = Int32Array.from(scores.keys()).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  return Array.from({ length: 10 }, (_, tenth) => {
    const from = Math.floor((tenth * order.length) / 10);
    const rows = order.slice(from, Math.floor(((tenth + 1) * order.length) / 10));
    const mean = (of: (row: number) => number): number =>
      rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
    return {
      rows: rows.length,
      meanPredicted: mean((row) => scores[row] ?? 0),
      observed: mean((row) => labels[row] ?? 0),
    };
  });
}

/** Expected calibration error over those tenths. */
export function calibrationError(scored: Scored): number {
  const bins = calibration(scored);
  const all = bins.reduce((sum, { rows }) => sum + rows, 0);
  return bins.reduce(
    (sum, { rows, meanPredicted, observed }) =>
      sum + (rows / all) * Math.abs(meanPredicted - observed),
    0,
  );
}

/** At a threshold: what is found of what came true, and how much of what was said came true. */
export function atThreshold({ scores, labels }: Scored, threshold: number) {
  let [truePositives, said, came] = [0, 0, 0];
  for (const [i, score] of scores.entries()) {
    const [isSaid, isTrue] = [score >= threshold, labels[i] === 1];
    said += Number(isSaid);
    came += Number(isTrue);
    truePositives += Number(isSaid && isTrue);
  }
  const places = (value: number): number => Number(value.toFixed(4));
  return {
    threshold,
    alertShare: places(said / scores.length),
    sensitivity: places(truePositives / Math.max(1, came)),
    positivePredictiveValue: places(truePositives / Math.max(1, said)),
  };
}
