import { type Resource, rewriteReferences, type SearchQuery } from '@holdfast/fhir';
import type { TenantId } from '@holdfast/kernel';
import { type ChangeTools, changeOf, type Made } from './change.ts';
import { naming, storeFault } from './errors.ts';
import { systemsOf } from './index-rows.ts';
import { type Described, describe } from './indexed.ts';
import type { CurrentRows, WantedRows } from './postgres/current.ts';
import { systemsIn } from './postgres/search.ts';
import type { WriteRefused } from './postgres/write.ts';
import { resolveSearched } from './searched-references.ts';
import { type Matches, type Settled, settleConditions } from './settle-conditions.ts';
import {
  conditionOf,
  type Identified,
  type SearchedReference,
  type SettledIntent,
  targetOf,
  type WriteIntent,
  type WriteOutcome,
} from './write-intent.ts';
import { type Change, planWrite, type WritePlan } from './write-plan.ts';
import { refuseForeignWrite } from './writing-right.ts';

export interface WorkOptions extends Omit<ChangeTools, 'describe' | 'updateCreates'> {
  readonly tenant: TenantId;
  readonly updateCreates?: boolean;
  readonly searched: readonly SearchedReference[];
}

export interface Prepared {
  readonly plan: WritePlan;
  readonly outcomes: readonly WriteOutcome[];
  /** Patients that must be known before this can be written: prepare again with them. */
  readonly unknown: readonly string[];
}

/**
 * The intents of one write on their way to a plan: settled against what matches, then against what
 * is stored. Pure but for the clock and ids of its tools; every attempt may settle and prepare anew.
 */
export class WriteWork {
  /** All searches that it depends on, each once. */
  readonly conditions: readonly SearchQuery[];
  readonly #intents: readonly WriteIntent[];
  readonly #options: WorkOptions;
  readonly #described = new Map<Resource, Described>();
  #settled: Settled = { intents: [], links: new Map(), matched: new Map() };
  #current: CurrentRows['rows'] = new Map();
  #plan: WritePlan | undefined;
  #made: { readonly place: string | undefined; readonly made: Made }[] = [];

  constructor(intents: readonly WriteIntent[], options: WorkOptions) {
    this.#intents = intents;
    this.#options = options;
    this.conditions = [
      ...intents.flatMap((intent) => conditionOf(intent) ?? []),
      ...options.searched.map(({ query }) => query),
    ];
    if (this.conditions.length === 0) this.settle(() => []);
  }

  #describe = (resource: Resource): Described => {
    let described = this.#described.get(resource);
    if (described === undefined) {
      described = describe(resource);
      this.#described.set(resource, described);
    }
    return described;
  };

  /** Code systems that must have a number before anything is searched or written. */
  systems(): string[] {
    return [
      ...this.conditions.flatMap(({ criteria }) => criteria.flatMap(systemsIn)),
      ...this.#intents.flatMap((intent) =>
        'resource' in intent ? [...systemsOf(this.#describe(intent.resource).entries)] : [],
      ),
    ];
  }

  /** What other writers of this process may be busy with as well: see `WriteQueue`. */
  queueNames(): string[] {
    const names = this.#intents.flatMap((intent) => {
      const owner = 'resource' in intent ? this.#describe(intent.resource).owner : null;
      return [
        ...(owner === null ? [] : [`Patient/${owner}`]),
        ...(intent.kind === 'put' ? [`${intent.resource.resourceType}/${intent.resource.id}`] : []),
        ...(intent.kind === 'delete' || intent.kind === 'patch'
          ? [`${intent.type}/${intent.id}`]
          : []),
      ];
    });
    return names;
  }

  settle(matches: Matches): void {
    const settled = settleConditions(this.#intents, matches);
    const { searched } = this.#options;
    const written = settled.intents.flatMap((intent) =>
      'resource' in intent ? [{ intent, described: this.#describe(intent.resource) }] : [],
    );
    const links = new Map([...settled.links, ...resolveSearched(searched, matches, written)]);
    const linked = settled.intents.map((intent) =>
      'resource' in intent
        ? { ...intent, resource: rewriteReferences(intent.resource, links) as Identified }
        : intent,
    );
    this.#settled = { ...settled, intents: linked };
  }

  /** What the work has to know of what is stored. */
  wanted(): WantedRows {
    const { intents } = this.#settled;
    const written = patientsIn(intents);
    const patients = intents.flatMap((intent) => {
      if (!('resource' in intent)) return [];
      const { owner, others } = this.#describe(intent.resource);
      return owner === null ? [] : [owner, ...others];
    });
    return {
      names: intents.flatMap((intent) =>
        intent.kind === 'create' ? [] : (targetOf(intent) ?? []),
      ),
      patients: [...new Set(patients)].filter((id) => !written.has(id)),
    };
  }

  prepare(current: CurrentRows): Prepared {
    this.#current = current.rows;
    const written = patientsIn(this.#settled.intents);
    const unknown: string[] = [];
    this.#made = [];
    const tools = {
      ...this.#options,
      describe: this.#describe,
      updateCreates: this.#options.updateCreates ?? true,
    };
    const changes: Change[] = [];
    const outcomes = this.#settled.intents.map((intent, index): WriteOutcome => {
      if (intent.kind === 'found' || intent.kind === 'nothing') return intent;
      const at = this.#intents[index]?.at;
      const change = naming(at, () => {
        const made = changeOf(intent, current.rows.get(nameOf(intent)), tools);
        if (made?.described) {
          const row = { ...made, referencePaths: made.described.referencePaths };
          unknown.push(...refuseForeignWrite(row, current, written));
        }
        if (made !== null) this.#made.push({ place: at, made });
        return made;
      });
      if (change === null) return { kind: 'nothing' };
      changes.push(change);
      return { kind: 'written', change };
    });
    this.#plan = planWrite(this.#options.tenant, changes);
    return { plan: this.#plan, outcomes, unknown };
  }

  /** Whether what matched is still the version that matched. */
  stillMatches(): boolean {
    return [...this.#settled.matched].every(([name, version]) => {
      const row = this.#current.get(name);
      return row === undefined || row.version.version === version;
    });
  }

  /** @throws Fault STORE_REFERENCE_MISSING: no other attempt would end otherwise */
  mayRetry(refused: WriteRefused): WriteRefused {
    const { refusal } = refused;
    if (refusal.kind !== 'reference-missing') return refused;
    const missing = refusal.targets.flatMap((position) => this.#plan?.targets[position] ?? []);
    const names = missing.map(({ type, id }) => `${type}/${id}`);
    const expression = this.#made.flatMap(({ place, made: { type, described } }) => {
      const root = place === undefined ? type : `${place}.resource`;
      return names.flatMap((name) => {
        const path = described?.referencePaths.get(name);
        return path === undefined ? [] : `${root}${path.slice(type.length)}`;
      });
    });
    throw storeFault('STORE_REFERENCE_MISSING', {
      expression,
      diagnostics: `Not found here: ${expression.join(', ') || 'a referenced resource'}.`,
    });
  }
}

/** Ids of patients that the work itself writes. */
const patientsIn = (intents: readonly SettledIntent[]): ReadonlySet<string> =>
  new Set(
    intents.flatMap((intent) =>
      'resource' in intent && intent.resource.resourceType === 'Patient'
        ? [intent.resource.id]
        : [],
    ),
  );

function nameOf(intent: SettledIntent): string {
  const target = targetOf(intent);
  return target === undefined ? '' : `${target.type}/${target.id}`;
}
