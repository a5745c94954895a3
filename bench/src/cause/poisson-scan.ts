import type { Observations, Where } from '@holdfast/visibility';

/**
 * The plain expectation-based Poisson scan: for every combination of one to three attribute values
 * f ln(f/e) - (f - e), where e is what the rate outside of incidents lets expect; longer names pay
 * by `SHRINK`; greedy with removal for several causes, as long as a combination stays significant.
 *
 * @param rate share of attempts that fails outside of incidents: this scan is told it
 * @returns combinations in the order of the greedy rounds, then the rest of the first round's best
 */
export function poissonScan(
  { attributes, rows }: Observations,
  rate: number,
): { readonly causes: readonly Where[]; readonly ranked: readonly Where[] } {
  let left = rows;
  const causes: Where[] = [];
  let first: readonly Scored[] = [];
  while (causes.length < CAUSES_MAX) {
    const scored = scan(attributes, left, rate);
    if (causes.length === 0) first = scored;
    const [best] = scored;
    if (best === undefined || best.evidence < Math.log(scored.length / SIGNIFICANT)) break;
    causes.push(best.where);
    left = left.filter(({ values }) => !matches(best.where, attributes, values));
  }
  const names = new Set(causes.map(nameOf));
  const rest = first.filter(({ where }) => !names.has(nameOf(where))).slice(0, RANKED);
  return { causes, ranked: [...causes, ...rest.map(({ where }) => where)] };
}

/** The factor for each attribute after the first that did best on the incidents of the notes. */
const SHRINK = 0.92;

/** Chance of a false cause, over all combinations. */
const SIGNIFICANT = 0.05;

const CAUSES_MAX = 5;
const RANKED = 3;

interface Scored {
  readonly where: Where;
  readonly score: number;
  /** Before the price of length. */
  readonly evidence: number;
}

function scan(attributes: readonly string[], rows: Observations['rows'], rate: number): Scored[] {
  const sums = new Map<string, { failed: number; expected: number; of: readonly number[] }>();
  const sets = attributeSets(attributes.length);
  for (const row of rows) {
    const { values, failed } = row;
    const expected = rate * (failed + row.succeeded);
    for (const of of sets) {
      const key = of.map((at) => `${at}=${values[at]}`).join('&');
      const sum = sums.get(key) ?? { failed: 0, expected: 0, of };
      sum.failed += failed;
      sum.expected += expected;
      sums.set(key, sum);
    }
  }
  const scored: Scored[] = [];
  for (const [key, { failed, expected, of }] of sums) {
    if (failed <= expected) continue;
    const evidence = failed * Math.log(failed / expected) - (failed - expected);
    const where = Object.fromEntries(
      key.split('&').map((part) => {
        const [at = '', value = ''] = part.split('=');
        return [attributes[Number(at)] ?? '', value];
      }),
    );
    scored.push({ where, evidence, score: evidence * SHRINK ** (of.length - 1) });
  }
  return scored.sort((a, b) => b.score - a.score);
}

function attributeSets(attributes: number): number[][] {
  const sets: number[][] = [];
  for (let a = 0; a < attributes; a++) {
    sets.push([a]);
    for (let b = a + 1; b < attributes; b++) {
      sets.push([a, b]);
      for (let c = b + 1; c < attributes; c++) sets.push([a, b, c]);
    }
  }
  return sets;
}

const matches = (where: Where, attributes: readonly string[], values: readonly string[]) =>
  attributes.every((name, at) => where[name] === undefined || where[name] === values[at]);

/** A combination as text, whatever the order of its attributes. */
export const nameOf = (where: Where): string =>
  Object.keys(where)
    .sort()
    .map((name) => `${name}=${where[name]}`)
    .join('&');
