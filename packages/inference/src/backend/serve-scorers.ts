import { type ScorerRegistry, scoreWith } from '../scores/scorer-registry.ts';
import { type ChildCall, type ChildMessage, readChildCall } from './child-protocol.ts';

function answer(registry: ScorerRegistry, call: ChildCall): ChildMessage {
  const { id } = call;
  const output = scoreWith(registry, call.model, call.input);
  return output.ok ? { kind: 'scored', id, output: output.value } : { id, ...output.error };
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
