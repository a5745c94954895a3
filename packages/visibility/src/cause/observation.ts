import { err, ok, type Result } from '@holdfast/kernel';
import { CAUSE_LIMITS } from './limits.ts';

/** How many attempts failed and succeeded. Whole numbers or, after weighting, fractions. */
export interface Tally {
  readonly failed: number;
  readonly succeeded: number;
}

/** Attempts that have all their attributes in common. */
export interface ObservedRow extends Tally {
  /** One value for each attribute, in their order; '' where it has none. Never data of a patient. */
  readonly values: readonly string[];
  /** The same attempts in calm times before: what fails anyway explains nothing. */
  readonly usual?: Tally;
}

export interface Observations {
  readonly attributes: readonly string[];
  readonly rows: readonly ObservedRow[];
  /** Attributes that name a cause better than others do where both name the same attempts. */
  readonly first?: readonly string[];
}

/** Why observations were not looked at, with the field to mend. */
export type ObservationRefusal =
  | {
      readonly kind: 'too-many';
      readonly of: 'rows' | 'leaves' | 'attributes' | 'values';
      readonly attribute?: string;
      readonly most: number;
    }
  | { readonly kind: 'bad-row'; readonly row: number; readonly why: string }
  | { readonly kind: 'bad-attribute'; readonly attribute: string; readonly why: string };

/** Observations in one canonical order: what order rows and attributes were given in is gone. */
export interface Leaves {
  /** Those that name a cause best, then by name. */
  readonly attributes: readonly string[];
  /** Of each attribute its values, sorted. */
  readonly values: readonly (readonly string[])[];
  /** Of each attribute the leaf's value as an index; -1 = it has none. */
  readonly codes: readonly Int32Array[];
  readonly failed: Float64Array;
  readonly total: Float64Array;
  /** Share of attempts that fail anyway, of each leaf; null where nothing was said about before. */
  readonly usualRate: Float64Array | null;
  readonly count: number;
}

interface Leaf {
  values: readonly string[];
  failed: number;
  total: number;
  usualFailed: number;
  usualTotal: number;
}

/** Adds up rows of equal values and brings everything into canonical order. */
export function leavesOf(given: Observations): Result<Leaves, ObservationRefusal> {
  const refusal = refused(given);
  if (refusal !== null) return err(refusal);
  const first = given.first ?? [];
  const place = (name: string) => (first.includes(name) ? first.indexOf(name) : first.length);
  const order = given.attributes
    .map((name, at) => ({ name, at }))
    .sort((a, b) => place(a.name) - place(b.name) || (a.name < b.name ? -1 : 1));
  const merged = new Map<string, Leaf>();
  for (const { values, failed, succeeded, usual } of given.rows) {
    const own = order.map(({ at }) => values[at] ?? '');
    const key = JSON.stringify(own);
    const leaf = merged.get(key) ?? { ...EMPTY, values: own };
    leaf.failed += failed;
    leaf.total += failed + succeeded;
    leaf.usualFailed += usual?.failed ?? 0;
    leaf.usualTotal += (usual?.failed ?? 0) + (usual?.succeeded ?? 0);
    merged.set(key, leaf);
  }
  const leaves = [...merged.entries()]
    .filter(([, leaf]) => leaf.total > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, leaf]) => leaf);
  if (leaves.length > CAUSE_LIMITS.leaves) return err(tooMany('leaves'));
  return coded(
    order.map(({ name }) => name),
    leaves,
  );
}

const EMPTY = { failed: 0, total: 0, usualFailed: 0, usualTotal: 0 };

function coded(
  attributes: readonly string[],
  leaves: readonly Leaf[],
): Result<Leaves, ObservationRefusal> {
  const values = attributes.map((_, at) =>
    [...new Set(leaves.map((leaf) => leaf.values[at] ?? ''))].filter((one) => one !== '').sort(),
  );
  const many = values.findIndex((each) => each.length > CAUSE_LIMITS.values);
  if (many >= 0) return err({ ...tooMany('values'), attribute: attributes[many] ?? '' });
  const codes = values.map((each, at) => {
    const codeOf = new Map(each.map((value, code) => [value, code]));
    return Int32Array.from(leaves, (leaf) => codeOf.get(leaf.values[at] ?? '') ?? -1);
  });
  return ok({
    attributes,
    values,
    codes,
    failed: Float64Array.from(leaves, ({ failed }) => failed),
    total: Float64Array.from(leaves, ({ total }) => total),
    usualRate: usualRates(leaves, attributes.length),
    count: leaves.length,
  });
}

/** Attempts that a leaf's own rate is drawn from: a leaf seen twice says little of itself. */
const LEAN_ON = 12;

/**
 * Rates before. Each leaf's is drawn towards what its values let expect one by one (an empirical
 * Bayes estimate around a log-linear model of single effects): what has always failed in one place
 * is then usual there, however little each leaf was seen.
 */
function usualRates(leaves: readonly Leaf[], values: number): Float64Array | null {
  const all = leaves.reduce((sum, leaf) => added(sum, leaf), { usualFailed: 0.5, usualTotal: 1 });
  if (all.usualTotal <= 1) return null;
  const overall = all.usualFailed / all.usualTotal;
  const effects = Array.from({ length: values }, (_, at) => {
    const sums = new Map<string, Usual>();
    for (const leaf of leaves) {
      const value = leaf.values[at] ?? '';
      sums.set(value, added(sums.get(value) ?? { usualFailed: 0, usualTotal: 0 }, leaf));
    }
    return sums;
  });
  return Float64Array.from(leaves, (leaf) => {
    let expected = overall;
    for (const [at, sums] of effects.entries()) {
      const of = sums.get(leaf.values[at] ?? '') ?? all;
      expected *= (of.usualFailed + LEAN_ON * overall) / (of.usualTotal + LEAN_ON) / overall;
    }
    const prior = Math.min(0.9, Math.max(overall / 4, expected));
    return (leaf.usualFailed + LEAN_ON * prior) / (leaf.usualTotal + LEAN_ON);
  });
}

type Usual = Pick<Leaf, 'usualFailed' | 'usualTotal'>;

const added = (one: Usual, other: Usual): Usual => ({
  usualFailed: one.usualFailed + other.usualFailed,
  usualTotal: one.usualTotal + other.usualTotal,
});

function refused({ attributes, rows }: Observations): ObservationRefusal | null {
  if (attributes.length > CAUSE_LIMITS.attributes) return tooMany('attributes');
  if (rows.length > CAUSE_LIMITS.rows) return tooMany('rows');
  for (const attribute of attributes) {
    const why = badName(attribute, attributes);
    if (why !== null) return { kind: 'bad-attribute', attribute, why };
  }
  for (const [row, given] of rows.entries()) {
    const why = badRow(given, attributes.length);
    if (why !== null) return { kind: 'bad-row', row, why };
  }
  return null;
}

const tooMany = (of: 'rows' | 'leaves' | 'attributes' | 'values') =>
  ({ kind: 'too-many', of, most: CAUSE_LIMITS[of] }) as const;

function badName(name: string, all: readonly string[]): string | null {
  if (name === '') return 'an attribute needs a name';
  if (name.length > CAUSE_LIMITS.textLength) return `longer than ${CAUSE_LIMITS.textLength}`;
  return all.indexOf(name) === all.lastIndexOf(name) ? null : 'given twice';
}

function badRow({ values, failed, succeeded, usual }: ObservedRow, width: number): string | null {
  if (values.length !== width) return `has ${values.length} values for ${width} attributes`;
  if (values.some(({ length }) => length > CAUSE_LIMITS.textLength)) {
    return `a value is longer than ${CAUSE_LIMITS.textLength}`;
  }
  const counts = [failed, succeeded, usual?.failed ?? 0, usual?.succeeded ?? 0];
  const isCount = (one: number) => one >= 0 && one <= CAUSE_LIMITS.count;
  return counts.every(isCount) ? null : `a count is not within 0 and ${CAUSE_LIMITS.count}`;
}
