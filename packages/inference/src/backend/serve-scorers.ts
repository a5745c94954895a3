import type { Result } from '@holdfast/kernel';
import type { ResidentModel } from '../onnx/resident-model.ts';
import { modelKey, type ScorerRegistry, scoreWith } from '../scores/scorer-registry.ts';
import {
  type ChildCall,
  type ChildMessage,
  readChildCall,
  readChildLoad,
  readChildUnload,
} from './child-protocol.ts';

export type LoadModel = (folder: string) => Promise<Result<ResidentModel, string>>;

/** The child's whole life: say ready, load and score what comes, go when the host is gone. */
export function serveScorers(registry: ScorerRegistry, load?: LoadModel): void {
  const residents = new Map<string, ResidentModel>();
  const send = (message: ChildMessage): void => {
    process.send?.(message);
  };
  process.on('message', (message) => {
    const call = readChildCall(message);
    if (call !== null) void answer(registry, residents, call).then(send);
    const drop = readChildUnload(message);
    if (drop !== null) {
      void residents.get(drop.unload)?.release();
      residents.delete(drop.unload);
    }
    const order = readChildLoad(message);
    if (order !== null && load !== undefined) void keep(residents, load, order.load).then(send);
  });
  // A host that was killed can't stop its children; the closed channel does.
  process.on('disconnect', () => process.exit(0));
  // Ctrl-C reaches the whole process group; when to stop is the host's decision.
  process.on('SIGINT', () => undefined);
  send({ kind: 'ready' });
}

async function answer(
  registry: ScorerRegistry,
  residents: ReadonlyMap<string, ResidentModel>,
  { id, model, input }: ChildCall,
): Promise<ChildMessage> {
  const resident = residents.get(modelKey(model));
  if (resident === undefined) {
    const output = scoreWith(registry, model, input);
    return output.ok ? { kind: 'scored', id, output: output.value } : { id, ...output.error };
  }
  try {
    const output = await resident.score(input);
    if (output.ok) return { kind: 'scored', id, output: output.value };
    return { kind: 'scorer-failed', id, text: output.error };
  } catch (error) {
    // Only the kind of error: its message may quote the input.
    const text = error instanceof Error ? error.name : 'unknown error';
    return { kind: 'scorer-failed', id, text };
  }
}

async function keep(
  residents: Map<string, ResidentModel>,
  load: LoadModel,
  folder: string,
): Promise<ChildMessage> {
  const before = process.memoryUsage.rss();
  const loaded = await load(folder);
  if (!loaded.ok) return { kind: 'load-failed', folder, text: loaded.error };
  const { model, runtime, why } = loaded.value;
  residents.set(modelKey(model), loaded.value);
  const bytes = Math.max(0, process.memoryUsage.rss() - before);
  return { kind: 'loaded', model, runtime, why, bytes };
}
