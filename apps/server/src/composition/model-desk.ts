import { join } from 'node:path';
import {
  type AvailableModel,
  type ChildPool,
  checkArtifact,
  layOut,
  loadModelKey,
  type ModelReference,
  type ModelRoute,
  type Pipeline,
  type RoutedModel,
  readRoutes,
  readVersion,
  routed,
  type Scorer,
  twinScorer,
} from '@holdfast/inference';
import type { PatientId, TenantId } from '@holdfast/kernel';
import type { Pool } from 'pg';

export interface ModelDeskOptions {
  readonly tenant: TenantId;
  readonly pool: Pool;
  readonly backend: ChildPool;
  /** What comes along, and answers where no route says otherwise. */
  readonly shipped: readonly AvailableModel[];
  /** False where a server elsewhere holds the models. */
  readonly isLocal: boolean;
  /** Of this process, by `id@version`: a version that is laid out here is added. */
  readonly scorers: Map<string, Scorer>;
  /** Versions are laid out below it, and the key lies in it. */
  readonly dataDirectory: string;
  readonly trouble: (error: unknown) => void;
}

const keyOf = ({ id, version }: ModelReference): string => `${id}@${version}`;

/**
 * Which version of a model answers for whom. The route is read for every inference, so a flip holds for
 * all processes from its commit on; a version is fetched once, its signature and every hash checked, and
 * the one before it stays in memory.
 */
export class ModelDesk {
  readonly #options: ModelDeskOptions;
  readonly #models = new Map<string, AvailableModel>();
  readonly #coming = new Map<string, Promise<AvailableModel | null>>();
  /** As last read: answers go on while the database is away. */
  #routes: ReadonlyMap<string, ModelRoute> = new Map();

  constructor(options: ModelDeskOptions) {
    this.#options = options;
    for (const each of options.shipped) this.#models.set(keyOf(each.model), each);
  }

  /** What this process can run, shipped or fetched. */
  models(): readonly AvailableModel[] {
    return [...this.#models.values()];
  }

  routeOf(id: string): ModelRoute | undefined {
    return this.#routes.get(id);
  }

  async choose(
    { model }: Pick<Pipeline, 'model'>,
    of: { readonly patientId: PatientId; readonly tier: 0 | 1 | 2 | 3 },
  ): Promise<RoutedModel> {
    const { tenant, pool } = this.#options;
    this.#routes = await readRoutes(pool, tenant).catch(() => this.#routes);
    const route = this.#routes.get(model.id);
    const shipped: RoutedModel = { model, arm: 'champion' };
    if (route === undefined) return shipped;
    this.#forgetBut(route);
    if (route.previous !== null) void this.#have({ id: model.id, version: route.previous });
    const choice = routed(route, { tenant, ...of });
    if ((await this.#have(choice.model)) !== null) return choice;
    // One that can't be had answers nobody: who would have been asked without it does.
    const champion = { id: model.id, version: route.champion };
    const instead = choice.arm === 'canary' && (await this.#have(champion)) !== null;
    return instead ? { model: champion, arm: 'champion' } : shipped;
  }

  #have(model: ModelReference): Promise<AvailableModel | null> {
    const key = keyOf(model);
    const known = this.#models.get(key);
    if (known !== undefined) return Promise.resolve(known);
    const coming = this.#coming.get(key) ?? this.#fetch(model);
    this.#coming.set(key, coming);
    return coming;
  }

  async #fetch(model: ModelReference): Promise<AvailableModel | null> {
    const { tenant, pool, dataDirectory, scorers, backend, isLocal } = this.#options;
    try {
      const kept = await readVersion(pool, tenant, model);
      if (kept === null) throw new Error(`model ${keyOf(model)} is not in the registry`);
      const key = loadModelKey(join(dataDirectory, 'keys'));
      if (!key.ok) throw new Error(`model ${keyOf(model)}: ${key.error}`);
      const folder = join(dataDirectory, 'models', model.id, model.version);
      const artifact = layOut(kept, { model, key: key.value, folder });
      const capability = artifact.ok ? checkArtifact(artifact.value) : artifact;
      if (!artifact.ok || !capability.ok) {
        throw new Error(`model ${keyOf(model)}: ${capability.ok ? '' : capability.error}`);
      }
      const twin = twinScorer(artifact.value, capability.value);
      const available = { model, folder, artifact: artifact.value, twin };
      scorers.set(keyOf(model), twin);
      this.#models.set(keyOf(model), available);
      if (isLocal) backend.hold(available);
      return available;
    } catch (error) {
      // Tried again where the process starts again; said once.
      this.#options.trouble(error);
      return null;
    }
  }

  /** Memory holds what answers, what is tried, and what there is to go back to. */
  #forgetBut({ model: id, champion, previous, canary }: ModelRoute): void {
    const kept = new Set([champion, previous, canary?.version]);
    for (const each of this.#models.values()) {
      if (each.model.id !== id || kept.has(each.model.version)) continue;
      if (this.#options.shipped.includes(each)) continue;
      this.#models.delete(keyOf(each.model));
      this.#coming.delete(keyOf(each.model));
      this.#options.scorers.delete(keyOf(each.model));
      this.#options.backend.drop(each.model);
    }
  }
}
