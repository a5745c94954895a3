import { ok, type Result } from '@holdfast/kernel';
import { coveredBy, covers, idOf } from './cover.ts';
import { cuboidsOf } from './cuboids.ts';
import { type RiskRatio, rate, riskRatio } from './evidence.ts';
import { improved, proposals } from './fit.ts';
import { CAUSE_LIMITS } from './limits.ts';
import { Judge, type Model } from './model.ts';
import {
  type Leaves,
  leavesOf,
  type ObservationRefusal,
  type Observations,
  type Tally,
} from './observation.ts';
import { type Candidate, Search } from './search.ts';

/** Attribute values that together name a cause, by name of attribute. */
export type Where = Readonly<Record<string, string>>;

/** A combination with what speaks for it. */
export interface Suspicion {
  readonly where: Where;
  readonly inside: Tally;
  /** Neither inside nor explained by another cause. */
  readonly outside: Tally;
  readonly riskRatio: RiskRatio;
  /** Nats by which the failures are likelier with it than without it, less the price of the search. */
  readonly weight: number;
  /** Share, 0 to 1, of the failures beyond the usual. */
  readonly explains: number;
  /** Other names of the same attempts: these observations cannot tell them apart. */
  readonly sameAs: readonly Where[];
  /** The same with one attribute less: how much wider, and how much less pure. */
  readonly wider: readonly { readonly where: Where; readonly inside: Tally }[];
}

export interface Localisation {
  readonly observed: Tally;
  /** What explains the failures together, the weightiest first. Empty: nothing stands out. */
  readonly causes: readonly Suspicion[];
  /** What would come next, were one of the causes refuted; best first. */
  readonly alternatives: readonly Suspicion[];
  /** Attributes that a named combination could have; below 3 where the budget ended. */
  readonly searchedSize: number;
  /** How alike attempts of one leaf fail, 0 to 1: what the weights were corrected for. */
  readonly correlation: number;
}

/** Times the fit is repeated with the background that the former fit left. */
const REFITS = 4;

/**
 * The combinations of attribute values that explain failures against successes.
 *
 * A set of causes is worth the likelihood that it adds, less the price of choosing it among all
 * combinations of its size; the best set is looked for by passes that propose, and by leaving out,
 * exchanging and adding. There is no randomness: equal observations, in whatever order, give the
 * equal answer.
 */
export function localise(given: Observations): Result<Localisation, ObservationRefusal> {
  const read = leavesOf(given);
  if (!read.ok) return read;
  const leaves = read.value;
  const cuboids = cuboidsOf(leaves);
  const search = new Search(leaves, cuboids);
  const judge = new Judge(leaves, search);
  const fitting = { search, judge, leaves: leaves.count };
  let fitted = improved(fitting, []);
  for (let refit = 0; refit < REFITS; refit++) {
    judge.suppose(fitted.causes, { trimmed: TRIMMED });
    search.weigh(Math.max(judge.correlation, ALIKE_MIN));
    const next = improved(fitting, fitted.causes);
    const isSame = next.causes.map(idOf).join() === fitted.causes.map(idOf).join();
    fitted = next;
    if (isSame) break;
  }
  const model = accepted(judge, fitted);
  const naming = { ...fitting, leaves, cuboids: cuboids.all };
  const causes = model.causes
    .map((cause, at) => ({ cause, weight: model.worth - without(judge, model, at).worth }))
    .sort((a, b) => b.weight - a.weight)
    .map((each) => suspicion(naming, model, each));
  return ok({
    observed: tally(leaves, () => true),
    causes,
    alternatives: alternatives(naming, model),
    searchedSize: cuboids.size,
    correlation: judge.correlation,
  });
}

/** No leaf's attempts are strangers to each other, whatever a small sample looks like. */
const ALIKE_MIN = 1e-4;

/** Share of the leaves that may be part of causes yet unseen while the search goes on. */
const TRIMMED = 0.02;

/** Leaves out what is no longer worth its price once all that is left unexplained counts as spread. */
function accepted(judge: Judge, fitted: Model): Model {
  judge.suppose(fitted.causes, { trimmed: 0 });
  let model = judge.modelOf(fitted.causes);
  for (;;) {
    const lesser = model.causes
      .map((_, at) => without(judge, model, at))
      .reduce((best, each) => (each.worth > best.worth ? each : best), model);
    if (lesser === model) return model;
    model = lesser;
  }
}

interface Naming {
  readonly leaves: Leaves;
  readonly search: Search;
  readonly judge: Judge;
  readonly cuboids: readonly Candidate['cuboid'][];
}

const without = (judge: Judge, model: Model, at: number): Model =>
  judge.modelOf(model.causes.toSpliced(at, 1));

/** For each cause what else could stand in its place, by what the set would then be worth. */
function alternatives(naming: Naming, model: Model): Suspicion[] {
  const { leaves, search, judge } = naming;
  const known = new Set(model.causes.map(idOf));
  const found = new Map<string, { cause: Candidate; model: Model; weight: number }>();
  const places = model.causes.length === 0 ? [0] : model.causes.keys();
  for (const at of places) {
    const others = model.causes.toSpliced(at, 1);
    const base = judge.modelOf(others).worth;
    for (const cause of proposals({ search, judge, leaves: leaves.count }, others, {
      isGuess: true,
    })) {
      const other = judge.modelOf([...others, cause]);
      const id = idOf(cause);
      if (known.has(id) || (found.get(id)?.model.worth ?? -Infinity) >= other.worth) continue;
      found.set(id, { cause, model: other, weight: other.worth - base });
    }
  }
  return [...found.values()]
    .sort((a, b) => b.model.worth - a.model.worth)
    .slice(0, CAUSE_LIMITS.alternatives)
    .map(({ cause, model: other, weight }) => suspicion(naming, other, { cause, weight }));
}

function suspicion(
  naming: Naming,
  model: Model,
  { cause, weight }: { readonly cause: Candidate; readonly weight: number },
): Suspicion {
  const { leaves, search } = naming;
  const explained = coveredBy(model.causes, leaves.count);
  const inside = tally(leaves, (leaf) => covers(cause, leaf));
  const outside = tally(leaves, (leaf) => explained[leaf] !== 1);
  const beyond = (isIn: (leaf: number) => boolean) => beyondUsual(leaves, rate(outside), isIn);
  const all = Math.max(
    1e-9,
    beyond(() => true),
  );
  return {
    where: whereOf(leaves, cause),
    inside,
    outside,
    riskRatio: riskRatio(inside, outside, spreadOf(leaves, search, cause)),
    weight,
    explains: Math.min(1, Math.max(0, beyond((leaf) => covers(cause, leaf)) / all)),
    sameAs: sameAs(naming, cause),
    wider: wider(naming, cause),
  };
}

function tally(leaves: Leaves, isIn: (leaf: number) => boolean): Tally {
  let [failed, all] = [0, 0];
  for (let leaf = 0; leaf < leaves.count; leaf++) {
    if (!isIn(leaf)) continue;
    failed += leaves.failed[leaf] ?? 0;
    all += leaves.total[leaf] ?? 0;
  }
  return { failed, succeeded: all - failed };
}

/** Failures beyond those that were to be expected: as before or, where nobody knows, as outside. */
function beyondUsual(leaves: Leaves, outside: number, isIn: (leaf: number) => boolean): number {
  let beyond = 0;
  for (let leaf = 0; leaf < leaves.count; leaf++) {
    if (!isIn(leaf)) continue;
    const expected = (leaves.total[leaf] ?? 0) * (leaves.usualRate?.[leaf] ?? outside);
    beyond += (leaves.failed[leaf] ?? 0) - expected;
  }
  return beyond;
}

/** Attempts for each one that counts after weighting. */
function spreadOf(leaves: Leaves, search: Search, cause: Candidate): number {
  let [all, counted] = [0, 0];
  for (let leaf = 0; leaf < leaves.count; leaf++) {
    if (!covers(cause, leaf)) continue;
    all += (leaves.total[leaf] ?? 0) * (leaves.usualRate?.[leaf] ?? 1);
    counted += search.exposure[leaf] ?? 0;
  }
  return counted <= 0 ? 1 : Math.max(1, all / counted);
}

function whereOf(leaves: Leaves, { cuboid, cell }: Candidate): Where {
  const leaf = cuboid.cellOf.indexOf(cell);
  return Object.fromEntries(
    cuboid.of.map((attribute) => {
      const code = leaves.codes[attribute]?.[leaf] ?? -1;
      return [leaves.attributes[attribute] ?? '', leaves.values[attribute]?.[code] ?? ''];
    }),
  );
}

/** Combinations of as many attributes or fewer that hold exactly the same leaves. */
function sameAs({ leaves, cuboids }: Naming, cause: Candidate): Where[] {
  const first = cause.cuboid.cellOf.indexOf(cause.cell);
  const found: Where[] = [];
  for (const cuboid of cuboids) {
    if (cuboid === cause.cuboid || cuboid.of.length > cause.cuboid.of.length) continue;
    const cell = cuboid.cellOf[first] ?? -1;
    if (cell < 0) continue;
    const isSame = cuboid.cellOf.every((each, leaf) => (each === cell) === covers(cause, leaf));
    if (isSame) found.push(whereOf(leaves, { ...cause, cuboid, cell }));
  }
  return found.slice(0, CAUSE_LIMITS.alternatives);
}

function wider({ leaves, cuboids }: Naming, cause: Candidate): Suspicion['wider'] {
  const { of } = cause.cuboid;
  const first = cause.cuboid.cellOf.indexOf(cause.cell);
  return cuboids
    .filter((cuboid) => cuboid.of.length === of.length - 1)
    .filter((cuboid) => cuboid.of.every((attribute) => of.includes(attribute)))
    .map((cuboid) => {
      const parent = { ...cause, cuboid, cell: cuboid.cellOf[first] ?? -1 };
      const inside = tally(leaves, (leaf) => covers(parent, leaf));
      return { where: whereOf(leaves, parent), inside };
    });
}
