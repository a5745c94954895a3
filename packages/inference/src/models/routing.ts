import type { PatientId, TenantId } from '@holdfast/kernel';
import type { Tier } from '../clinical/tier.ts';
import { contentHash } from '../content-hash.ts';
import type { ModelReference } from '../scores/scorer-registry.ts';

/** A version on trial: for these patients, and for nothing more urgent than this tier. */
export interface Canary {
  readonly version: string;
  readonly share: number;
  readonly tier: Tier;
}

/** Which versions of a model answer. */
export interface ModelRoute {
  readonly model: string;
  readonly champion: string;
  /** Kept in memory to go back to; null: there was none. */
  readonly previous: string | null;
  readonly canary: Canary | null;
}

export interface RoutedModel {
  readonly model: ModelReference;
  readonly arm: 'champion' | 'canary';
}

/** The stages of a trial, in order. What is critical comes last, when most others went well. */
export const CANARY_STAGES: readonly Omit<Canary, 'version'>[] = [
  { share: 0.01, tier: 2 },
  { share: 0.1, tier: 1 },
  { share: 0.5, tier: 1 },
  { share: 0.5, tier: 0 },
];

/** Null after the last one: then it may be promoted. */
export function nextStage(now: Canary | null): Omit<Canary, 'version'> | null {
  if (now === null) return CANARY_STAGES[0] ?? null;
  const at = CANARY_STAGES.findIndex(({ share, tier }) => share === now.share && tier === now.tier);
  return CANARY_STAGES[at + 1] ?? null;
}

const SHARES = 2 ** 32;

/** A patient is in a trial or is not: the same one at every call, and at every larger share. */
export function isOnTrial(
  canary: Canary,
  of: { readonly tenant: TenantId; readonly model: string; readonly patientId: PatientId },
): boolean {
  const place = contentHash([of.tenant, of.model, canary.version, of.patientId]).slice(0, 8);
  return Number.parseInt(place, 16) / SHARES < canary.share;
}

export function routed(
  route: ModelRoute,
  of: { readonly tenant: TenantId; readonly patientId: PatientId; readonly tier: Tier },
): RoutedModel {
  const { model, canary, champion } = route;
  // Not known to be less urgent is as urgent as can be.
  const tried = canary !== null && of.tier >= canary.tier && isOnTrial(canary, { ...of, model });
  return tried
    ? { model: { id: model, version: canary.version }, arm: 'canary' }
    : { model: { id: model, version: champion }, arm: 'champion' };
}
