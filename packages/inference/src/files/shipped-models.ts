import type { PooledModel } from '../backend/residency.ts';
import {
  checkArtifact,
  type ModelArtifact,
  referenceOf,
  twinScorer,
} from '../models/loaded-model.ts';
import { type Scorer } from '../scores/scorer-registry.ts';
import { modelFolders, readModelFolder, SHIPPED_MODELS } from './model-folder.ts';

/** A model that this process can run itself, and where its children find it. */
export interface AvailableModel extends PooledModel {
  readonly artifact: ModelArtifact;
  readonly twin: Scorer;
}

export interface ModelShelf {
  readonly models: readonly AvailableModel[];
  /** Folders that are left alone, and why. */
  readonly faults: readonly { readonly folder: string; readonly text: string }[];
}

/**
 * The models below a folder, by default those that come along. One that is damaged is left out and
 * named: its question is then answered by the rung below.
 */
export function readModels(root: string = SHIPPED_MODELS): ModelShelf {
  const models: AvailableModel[] = [];
  const faults: ModelShelf['faults'][number][] = [];
  for (const folder of modelFolders(root)) {
    const artifact = readModelFolder(folder);
    const capability = artifact.ok ? checkArtifact(artifact.value) : artifact;
    if (!artifact.ok || !capability.ok) {
      faults.push({ folder, text: capability.ok ? '' : capability.error });
      continue;
    }
    const twin = twinScorer(artifact.value, capability.value);
    const model = referenceOf(artifact.value.manifest);
    models.push({ model, folder, artifact: artifact.value, twin });
  }
  return { models, faults };
}
