import { modelKey, type ScorerRegistry } from '../scores/scorer-registry.ts';
import { type ChildCall, type ChildMessage, readChildCall } from './child-protocol.ts';

function answer(registry: ScorerRegistry, call: ChildCall): ChildMessage {
  const scorer = registry.get(modelKey(call.model));
  if (scorer === undefined) return { kind: 'model-unknown', id: call.id };
  try {
    const output = scorer.score(call.input);
    if (output.ok) return { kind: 'scored', id: call.id, output: output.value };
    return { kind: 'scorer-failed', id: call.id, text: output.error };
  } catch (error) {
    // Only the kind of error: its message may quote the input.
    const text = error instanceof Error ? error.name : 'unknown error';
    return { kind: 'scorer-failed', id: call.id, text };
  }
}

/** The child's whole life: say ready, score what comes, go when the host is gone. */
export function serveScorers(registry: ScorerRegistry): void {
  const send = (message: ChildMessage): void => {
    process.send?.(message);
  };
  process.on('message', (message) => {
    const call = readChildCall(message);
    if (call !== null) send(answer(registry, call));
  });
  // A host that was killed can't stop its children; the closed channel does.
  process.on('disconnect', () => process.exit(0));
  // Ctrl-C reaches the whole process group; when to stop is the host's decision.
  process.on('SIGINT', () => undefined);
  send({ kind: 'ready' });
}
