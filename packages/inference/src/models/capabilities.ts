import type { Capability } from './capability.ts';
import { DETERIORATION } from './deterioration/deterioration.ts';
import type { ModelManifest } from './model-manifest.ts';

const CAPABILITIES: readonly Capability[] = [DETERIORATION];

/** Undefined where this build has no code for it. */
export function capabilityOf({
  capability,
  featureSet,
}: Pick<ModelManifest, 'capability' | 'featureSet'>): Capability | undefined {
  return CAPABILITIES.find((each) => each.id === capability && each.featureSet === featureSet);
}
