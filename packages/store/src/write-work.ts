import { type Resource, rewriteReferences, type SearchQuery } from '@holdfast/fhir';
import type { TenantId } from '@holdfast/kernel';
import { type ChangeTools, changeOf } from './change.ts';
import { conditionLocks } from './condition-lock.ts';
import { naming } from './errors.ts';
import { systemsOf } from './index-rows.ts';
import { type Described, describe } from './indexed.ts';
import type { CurrentRows } from './postgres/current.ts';
import { systemsIn } from './postgres/search.ts';
import type { WriteRefused } from './postgres/write.ts';
import { resolveSearched } from './searched-references.ts';
import { type Matches, type Settled, settleConditions } from './settle-conditions.ts';
import { missingReference } from './write-authority.ts';
import {
  type Content,
  conditionOf,
  type Identified,
  type SearchedReference,
  type SettledIntent,
  targetOf,
  type WriteIntent,
  type WriteOutcome,
} from './write-intent.ts';
import { type Change, planWrite, type ReferencePolicy, type WritePlan } from './write-plan.ts';

export interface WorkOptions extends Omit<ChangeTools, 'describe' | 'updateCreates' | 'urgencyOf'> {
  readonly tenant: TenantId;
  readonly updateCreates?: boolean;
  readonly urgencyOf?: ChangeTools['urgencyOf'];
  readonly references?: ReferencePolicy;
  readonly searched: readonly SearchedReference[];
  readonly edited?: (resource: Identified) => void;
}

export interface Prepared {
  readonly plan: WritePlan;
  readonly outcomes: readonly WriteOutcome[];
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
  #current: CurrentRows = new Map();
  #plan: WritePlan | undefined;

  constructor(intents: readonly WriteIntent[], options: WorkOptions) {
    this.#intents = intents.map((intent) => remembering(intent, options.edited));
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

  /** The same of what patches make of the current versions. */
  systemsOfEdits(current: CurrentRows): string[] {
    return this.#settled.intents.flatMap((intent) => {
      const before = intent.kind === 'patch' ? current.get(nameOf(intent)) : undefined;
      const content = before?.released === true ? before.version.content : null;
      if (intent.kind !== 'patch' || content === null) return [];
      try {
        return [...systemsOf(this.#describe(intent.edit(content).resource).entries)];
      } catch {
        // Whatever refuses the edit says so where it is carried out.
        return [];
      }
    });
  }

  /**
   * What nobody else may settle meanwhile. References by search are not among them: they only read,
   * and would make everybody who refers to one practitioner wait for each other.
   */
  conditionLocks(): string[] {
    return this.#intents.flatMap((intent) => {
      const condition = conditionOf(intent);
      return condition === undefined ? [] : conditionLocks(condition);
    });
  }

  /** What other writers of this process may be busy with as well: see `WriteQueue`. */
  queueNames(): string[] {
    return [...this.conditionLocks(), ...this.streams()];
  }

  /** Streams that it is about for all that can be told without a look at what is stored. */
  streams(): string[] {
    const names = this.#intents.flatMap((intent) => {
      const owner = 'resource' in intent ? this.#describe(intent.resource).owner : null;
      return [
        ...(owner === null ? [] : [`Patient/${owner}`]),
        ...(intent.kind === 'put' || (intent.kind === 'put-matching' && intent.ownId)
          ? [`${intent.resource.resourceType}/${intent.resource.id}`]
          : []),
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

  /** Resources whose current version the work has to know. */
  names() {
    return this.#settled.intents.flatMap((intent) =>
      intent.kind === 'create' ? [] : (targetOf(intent) ?? []),
    );
  }

  prepare(current: CurrentRows): Prepared {
    this.#current = current;
    const tools = {
      ...this.#options,
      describe: this.#describe,
      updateCreates: this.#options.updateCreates ?? true,
      urgencyOf: this.#options.urgencyOf ?? (() => 'none' as const),
    };
    const changes: Change[] = [];
    const outcomes = this.#settled.intents.map((intent, index): WriteOutcome => {
      if (intent.kind === 'found' || intent.kind === 'nothing') return intent;
      const at = this.#intents[index]?.at;
      const change = naming(at, () => changeOf(intent, current.get(nameOf(intent)), tools));
      if (change === null) return { kind: 'nothing' };
      changes.push(at === undefined ? change : placed(change, `${at}.resource`));
      return { kind: 'written', change };
    });
    this.#plan = planWrite(this.#options.tenant, changes, this.#options.references);
    return { plan: this.#plan, outcomes };
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
    throw missingReference(names, this.#plan?.changes ?? []);
  }
}

/** An edit is asked twice of one version: for what it refers to, and for what to write. */
function remembering(intent: WriteIntent, edited: WorkOptions['edited']): WriteIntent {
  if (!('edit' in intent)) return intent;
  let last: { readonly before: string; readonly after: Content } | undefined;
  const edit = (before: string): Content => {
    if (last?.before === before) return last.after;
    const after = intent.edit(before);
    edited?.(after.resource);
    last = { before, after };
    return after;
  };
  return { ...intent, edit };
}

/** With every path as the caller sees it: from the Bundle it came in. */
function placed(change: Change, place: string): Change {
  const paths = [...change.referencePaths].map(
    ([name, path]) => [name, `${place}${path.slice(change.type.length)}`] as const,
  );
  return { ...change, place, referencePaths: new Map(paths) };
}

function nameOf(intent: SettledIntent): string {
  const target = targetOf(intent);
  return target === undefined ? '' : `${target.type}/${target.id}`;
}
