import { element, textElement } from '../fhir-reading.ts';
import type { LocalRuntime, ScoreOutput } from '../scores/score-output.ts';
import type { ModelReference } from '../scores/scorer-registry.ts';

/** Host to child. One call at a time, so that a kill takes down one call. */
export interface ChildCall {
  readonly id: string;
  readonly model: ModelReference;
  readonly input: unknown;
}

/** Host to child, never while it is at a call: keep the model of this folder in memory. */
export interface ChildLoad {
  readonly load: string;
}

/** Host to child: `id@version` is asked for no more. */
export interface ChildUnload {
  readonly unload: string;
}

/** Child to host. */
export type ChildMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'scored'; readonly id: string; readonly output: ScoreOutput }
  | { readonly kind: 'model-unknown'; readonly id: string }
  | { readonly kind: 'scorer-failed'; readonly id: string; readonly text: string }
  | {
      readonly kind: 'loaded';
      readonly model: ModelReference;
      readonly runtime: LocalRuntime;
      /** Why it is the twin that runs; null where it is ONNX Runtime. */
      readonly why: string | null;
      /** By which the process grew, bytes. */
      readonly bytes: number;
    }
  | { readonly kind: 'load-failed'; readonly folder: string; readonly text: string };

export function readChildCall(message: unknown): ChildCall | null {
  const id = textElement(message, 'id');
  const model = element(message, 'model');
  const [modelId, version] = [textElement(model, 'id'), textElement(model, 'version')];
  if (id === undefined || modelId === undefined || version === undefined) return null;
  return { id, model: { id: modelId, version }, input: element(message, 'input') };
}

export function readChildUnload(message: unknown): ChildUnload | null {
  const unload = textElement(message, 'unload');
  return unload === undefined ? null : { unload };
}

export function readChildLoad(message: unknown): ChildLoad | null {
  const load = textElement(message, 'load');
  return load === undefined ? null : { load };
}
