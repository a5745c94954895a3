import type { LocalRuntime } from '../scores/score-output.ts';
import { type ModelReference, modelKey } from '../scores/scorer-registry.ts';
import type { ChildMessage } from './child-protocol.ts';

/** A model that the children shall hold in memory. */
export interface PooledModel {
  readonly model: ModelReference;
  readonly folder: string;
}

/** How a model stands in the pool. */
export interface ModelResidency {
  /** `id@version` */
  readonly model: string;
  /** Children that hold it. */
  readonly children: number;
  /** `null`: none has it yet. */
  readonly runtime: LocalRuntime | null;
  /** Why the twin runs in place of ONNX Runtime, or why no child can have it; null: all is well. */
  readonly why: string | null;
  /** Memory that the first child grew by, bytes. */
  readonly bytes: number | null;
}

type Loaded = Extract<ChildMessage, { kind: 'loaded' }>;

interface Known {
  readonly folder: string;
  readonly holders: Set<object>;
  loaded: Loaded | null;
  /** Set where no child shall try again. */
  refused: string | null;
  deaths: number;
}

/** Who holds which model, and what to load next: one at a time, as a load occupies its child. */
export class Residency {
  readonly #known = new Map<string, Known>();
  readonly #deathsMax: number;
  #loading: { readonly holder: object; readonly key: string } | null = null;

  constructor(models: readonly PooledModel[], deathsMax: number) {
    this.#deathsMax = deathsMax;
    for (const each of models) this.add(each);
  }

  add({ model, folder }: PooledModel): void {
    const fresh = { folder, holders: new Set<object>(), loaded: null, refused: null, deaths: 0 };
    if (!this.#known.has(modelKey(model))) this.#known.set(modelKey(model), fresh);
  }

  /** @returns the children that held it */
  drop(model: ModelReference): readonly object[] {
    const holders = [...(this.#known.get(modelKey(model))?.holders ?? [])];
    this.#known.delete(modelKey(model));
    return holders;
  }

  /** Models that are not of this pool are answered by every child. */
  canServe(holder: object, model: ModelReference): boolean {
    return this.#known.get(modelKey(model))?.holders.has(holder) ?? true;
  }

  /** True where a child has it, or it is none of this pool's. */
  isWarm(model: ModelReference): boolean {
    return (this.#known.get(modelKey(model))?.holders.size ?? 1) > 0;
  }

  isRefused(model: ModelReference): boolean {
    return (this.#known.get(modelKey(model))?.refused ?? null) !== null;
  }

  /** The folder that this child is to load; null: it has all there is, or another is loading. */
  beginLoad(holder: object): string | null {
    if (this.#loading !== null) return null;
    const found = [...this.#known].find(
      ([, { holders, refused }]) => refused === null && !holders.has(holder),
    );
    if (found === undefined) return null;
    this.#loading = { holder, key: found[0] };
    return found[1].folder;
  }

  ended(message: Extract<ChildMessage, { kind: 'loaded' | 'load-failed' }>, holder: object): void {
    const known = this.#known.get(this.#loading?.key ?? '');
    this.#loading = null;
    if (known === undefined) return;
    if (message.kind === 'load-failed') known.refused = message.text;
    else {
      known.loaded ??= message;
      known.holders.add(holder);
    }
  }

  /** A child is gone, and what it held. One that dies of a model again and again must not have it. */
  gone(holder: object): void {
    for (const { holders } of this.#known.values()) holders.delete(holder);
    if (this.#loading?.holder !== holder) return;
    const known = this.#known.get(this.#loading.key);
    this.#loading = null;
    if (known === undefined) return;
    known.deaths += 1;
    if (known.deaths >= this.#deathsMax) known.refused = 'children died while they loaded it';
  }

  status(): readonly ModelResidency[] {
    return [...this.#known].map(([model, { holders, loaded, refused }]) => ({
      model,
      children: holders.size,
      runtime: loaded?.runtime ?? null,
      why: refused ?? loaded?.why ?? null,
      bytes: loaded?.bytes ?? null,
    }));
  }
}
