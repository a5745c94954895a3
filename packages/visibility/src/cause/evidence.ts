import type { Tally } from './observation.ts';

/** A ratio of two rates with its 95 % interval. */
export interface RiskRatio {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** Standard normal quantile of a two-sided 95 % interval. */
const Z = 1.96;

/**
 * How many times likelier a failure is inside than outside: Katz's logarithmic interval, with half
 * an event added to each cell where one is empty (Walter 1975), so that it is always finite.
 *
 * @param spread by how much observations vary more than independent ones do (1: as much)
 */
export function riskRatio(inside: Tally, outside: Tally, spread: number): RiskRatio {
  const isEmpty = [inside, outside].some(
    ({ failed, succeeded }) => failed === 0 || succeeded === 0,
  );
  const half = isEmpty ? 0.5 : 0;
  const [a, c] = [inside.failed + half, outside.failed + half];
  const [n, m] = [total(inside) + 2 * half, total(outside) + 2 * half];
  if (n === 0 || m === 0) return { estimate: 1, low: 0, high: Number.MAX_VALUE };
  const estimate = a / n / (c / m);
  const error = Math.sqrt(Math.max(0, (1 / a - 1 / n + 1 / c - 1 / m) * spread));
  return {
    estimate,
    low: estimate * Math.exp(-Z * error),
    high: estimate * Math.exp(Z * error),
  };
}

export const total = ({ failed, succeeded }: Tally): number => failed + succeeded;

export const rate = (tally: Tally): number =>
  total(tally) === 0 ? 0 : tally.failed / total(tally);

/**
 * The logarithm of the likelihood of so many failures at the rate that fits them best, in nats.
 * `expected` is the number of attempts, or what was expected to fail.
 */
export type LogLikelihood = (failed: number, expected: number) => number;

/** Attempts that fail or do not. */
export const binomial: LogLikelihood = (failed, attempts) =>
  xLogX(failed) + xLogX(attempts - failed) - xLogX(attempts);

/** Failures beside the number of them that is usual. */
export const poisson: LogLikelihood = (failed, usual) =>
  failed <= 0 || usual <= 0 ? 0 : failed * Math.log(failed / usual) - failed;

const xLogX = (x: number): number => (x <= 0 ? 0 : x * Math.log(x));
