/**
 * Logarithm of the likelihood of so many failures where each group of attempts has a rate of its
 * own, drawn around a mean (a beta-binomial; the binomial coefficient, which no comparison needs,
 * left out). Whatever a single group does, it says "this group is off" only once: a hundred times
 * the attempts are not a hundred times the evidence.
 *
 * @param correlation of attempts within a group, 0 (a binomial) to below 1
 */
export function logBetaBinomial(
  failed: number,
  attempts: number,
  { mean, correlation }: { readonly mean: number; readonly correlation: number },
): number {
  if (attempts <= 0) return 0;
  const p = Math.min(1 - RATE_MIN, Math.max(RATE_MIN, mean));
  if (correlation < CORRELATION_MIN) {
    return failed * Math.log(p) + (attempts - failed) * Math.log(1 - p);
  }
  const size = 1 / correlation - 1;
  return rise(p * size, failed) + rise((1 - p) * size, attempts - failed) - rise(size, attempts);
}

/** Rates beyond these are not told apart. */
const RATE_MIN = 1e-6;

/** Below this the difference of logarithms of gamma functions is rounding. */
const CORRELATION_MIN = 1e-6;

/** ln(gamma(a + by) / gamma(a)). */
function rise(a: number, by: number): number {
  if (by === 0) return 0;
  if (by <= FEW && Number.isInteger(by)) {
    let product = 1;
    for (let nth = 0; nth < by; nth++) product *= a + nth;
    return Math.log(product);
  }
  return logGamma(a + by) - logGamma(a);
}

/** Up to here the product itself is quicker than two series. */
const FEW = 6;

/** Stirling's series after shifting to 8 or more: absolute error below 1e-11. */
function logGamma(x: number): number {
  let shift = 1;
  let z = x;
  while (z < 8) {
    shift *= z;
    z += 1;
  }
  const inverse = 1 / (z * z);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / z;
  return (z - 0.5) * Math.log(z) - z + HALF_LOG_TAU + series - Math.log(shift);
}

const HALF_LOG_TAU = 0.9189385332046727;
