import type { Observations, Where } from '@holdfast/visibility';
import { seeded } from '../seeded.ts';

/** An incident whose causes are known because they were planted. */
export interface PlantedIncident {
  readonly observations: Observations;
  readonly causes: readonly Where[];
  /** Share of attempts that fail where no cause is, on average. */
  readonly usualRate: number;
}

type Random = () => number;

/** Attributes of a request as the platform has them; each incident uses some. */
const ATTRIBUTES: Readonly<Record<string, number>> = {
  client: 12,
  component: 6,
  dataClass: 7,
  dependency: 5,
  endpoint: 14,
  node: 4,
  tenant: 8,
  tier: 4,
  version: 3,
};

interface Leaf {
  readonly values: readonly string[];
  readonly attempts: number;
  rate: number;
}

/** Incidents are drawn again until the cause can be known at all from what was observed. */
const DRAWS_MAX = 500;

/**
 * An incident of one to three causes of one to three attributes each, with noise: shares of values
 * are very uneven, attributes go together (a node mostly runs one version), each leaf has a usual
 * rate of its own, and under a cause each leaf fails at another rate.
 */
export function plantedIncident(seed: number): PlantedIncident {
  const random = seeded(seed);
  for (let draw = 0; draw < DRAWS_MAX; draw++) {
    const incident = drawn(random);
    if (incident !== null) return incident;
  }
  throw new RangeError(`no incident for seed ${seed}`);
}

/** The same attempts without any cause. */
export function calm(seed: number): Observations {
  const random = seeded(seed);
  const attributes = someAttributes(random);
  return { attributes, rows: rowsOf(leavesFor(attributes, random), random) };
}

function drawn(random: Random): PlantedIncident | null {
  const attributes = someAttributes(random);
  const leaves = leavesFor(attributes, random);
  const attempts = leaves.reduce((sum, leaf) => sum + leaf.attempts, 0);
  const usualRate = leaves.reduce((sum, leaf) => sum + leaf.attempts * leaf.rate, 0) / attempts;
  const causes: Where[] = [];
  const count = 1 + Math.floor(random() * 3);
  for (let nth = 0; nth < count; nth++) {
    const cause = someCause(attributes, leaves, random);
    if (causes.some((other) => overlap(attributes, leaves, [cause, other]))) return null;
    if (!isKnowable(attributes, leaves, { cause, attempts })) return null;
    causes.push(cause);
  }
  for (const cause of causes) if (!strike(attributes, leaves, { cause, random })) return null;
  return { observations: { attributes, rows: rowsOf(leaves, random) }, causes, usualRate };
}

function someAttributes(random: Random): string[] {
  const names = Object.keys(ATTRIBUTES);
  while (names.length > 5 && random() < 0.6) names.splice(Math.floor(random() * names.length), 1);
  return names;
}

/** Leaves as requests leave them: each value's share is that of its rank, squared at most. */
function leavesFor(attributes: readonly string[], random: Random): Leaf[] {
  const usual = 0.001 * 20 ** random();
  const noise = 0.2 + 0.8 * random();
  const wanted = 200 + Math.floor(1_300 * random());
  const steep = attributes.map(() => 0.5 + random());
  const byKey = new Map<string, Leaf>();
  for (let nth = 0; nth < wanted; nth++) {
    const codes = attributes.map((name, at) =>
      ranked(ATTRIBUTES[name] ?? 1, steep[at] ?? 1, random),
    );
    // Neighbours go together: three of four follow the attribute before them.
    if (random() < 0.75 && codes.length > 1) {
      const at = 1 + Math.floor(random() * (codes.length - 1));
      codes[at] = (codes[at - 1] ?? 0) % (ATTRIBUTES[attributes[at] ?? ''] ?? 1);
    }
    const values = codes.map((code, at) => `${attributes[at]}-${code}`);
    const attempts = Math.ceil(5 * Math.exp(1.5 * normal(random)));
    byKey.set(values.join(), { values, attempts, rate: usual * Math.exp(noise * normal(random)) });
  }
  return [...byKey.values()];
}

function someCause(attributes: readonly string[], leaves: readonly Leaf[], random: Random): Where {
  const size = 1 + Math.floor(random() * 3);
  const anchor = leaves[Math.floor(random() * leaves.length)];
  const chosen = new Set<number>();
  while (chosen.size < size) chosen.add(Math.floor(random() * attributes.length));
  return Object.fromEntries(
    [...chosen].map((at) => [attributes[at] ?? '', anchor?.values[at] ?? '']),
  );
}

export function isIn(
  where: Where,
  attributes: readonly string[],
  values: readonly string[],
): boolean {
  return attributes.every((name, at) => where[name] === undefined || where[name] === values[at]);
}

function overlap(
  attributes: readonly string[],
  leaves: readonly Leaf[],
  [one, other]: readonly [Where, Where],
): boolean {
  return leaves.some(
    ({ values }) => isIn(one, attributes, values) && isIn(other, attributes, values),
  );
}

/** Several leaves, not most attempts, and no shorter or equal name for the same leaves. */
function isKnowable(
  attributes: readonly string[],
  leaves: readonly Leaf[],
  { cause, attempts }: { readonly cause: Where; readonly attempts: number },
): boolean {
  const inside = leaves.filter(({ values }) => isIn(cause, attributes, values));
  const covered = inside.reduce((sum, leaf) => sum + leaf.attempts, 0);
  if (inside.length < 4 || covered < 60 || covered > attempts / 3) return false;
  const names = Object.keys(cause);
  // A wider combination with nearly the same leaves would be as true.
  return (
    names.every((dropped) => {
      const wider = Object.fromEntries(Object.entries(cause).filter(([name]) => name !== dropped));
      const all = leaves.filter(({ values }) => isIn(wider, attributes, values));
      return all.length >= inside.length + 3 && all.length >= inside.length * 1.3;
    }) && isAloneInName(attributes, inside, names)
  );
}

/** No value outside of the cause's name is shared by all its leaves. */
function isAloneInName(
  attributes: readonly string[],
  inside: readonly Leaf[],
  names: readonly string[],
): boolean {
  return attributes.every(
    (name, at) => names.includes(name) || new Set(inside.map(({ values }) => values[at])).size > 1,
  );
}

/** Raises the rates under a cause; false where too little would fail for anybody to notice. */
function strike(
  attributes: readonly string[],
  leaves: readonly Leaf[],
  { cause, random }: { readonly cause: Where; readonly random: Random },
): boolean {
  const rate = 0.05 + 0.85 * random() ** 1.5;
  const uneven = 0.5 * random();
  let more = 0;
  for (const leaf of leaves) {
    if (!isIn(cause, attributes, leaf.values)) continue;
    const struck = Math.min(0.98, rate * Math.exp(uneven * normal(random)));
    more += Math.max(0, struck - leaf.rate) * leaf.attempts;
    leaf.rate = Math.max(leaf.rate, struck);
  }
  return more >= 15;
}

function rowsOf(leaves: readonly Leaf[], random: Random): Observations['rows'] {
  return leaves.map(({ values, attempts, rate }) => {
    let failed = 0;
    for (let nth = 0; nth < attempts; nth++) failed += random() < rate ? 1 : 0;
    return { values, failed, succeeded: attempts - failed };
  });
}

function ranked(values: number, steep: number, random: Random): number {
  const shares = Array.from({ length: values }, (_, rank) => (rank + 1) ** -steep);
  let left = random() * shares.reduce((sum, share) => sum + share, 0);
  return Math.max(
    0,
    shares.findIndex((share) => (left -= share) < 0),
  );
}

/** Box and Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
