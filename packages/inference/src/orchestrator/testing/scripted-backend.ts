import { err, ok, type Result } from '@holdfast/kernel';
import type {
  BackendFailure,
  BackendIncident,
  InferenceBackend,
  InferenceRequest,
  InferOptions,
} from '../../backend/inference-backend.ts';
import type { ScoreOutput } from '../../scores/score-output.ts';
import { scorerRegistry, scoreWith } from '../../scores/scorer-registry.ts';

type Answer = Result<ScoreOutput, BackendFailure>;

/** A back end whose calls settle when the test says how. */
export class ScriptedBackend implements InferenceBackend {
  readonly component = 'scripted';
  readonly calls: { readonly request: InferenceRequest; readonly options: InferOptions }[] = [];
  readonly #open = new Map<string, (answer: Answer) => void>();
  readonly #listeners = new Set<(incident: BackendIncident) => void>();
  readonly #recoveryListeners = new Set<() => void>();

  infer(request: InferenceRequest, options: InferOptions): Promise<Answer> {
    this.calls.push({ request, options });
    return new Promise((resolve) => {
      this.#open.set(request.id, resolve);
      options.signal?.addEventListener('abort', () => resolve(err({ kind: 'aborted' })));
    });
  }

  onFailure(listener: (incident: BackendIncident) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onRecovered(listener: () => void): () => void {
    this.#recoveryListeners.add(listener);
    return () => this.#recoveryListeners.delete(listener);
  }

  get started(): string[] {
    return this.calls.map((call) => call.request.id);
  }

  /** Answers as a healthy back end would. */
  score(id: string): void {
    const call = this.calls.findLast(({ request }) => request.id === id);
    if (call === undefined) throw new Error(`no call ${id}`);
    this.#open.get(id)?.(scoreWith(scorerRegistry, call.request.model, call.request.input));
  }

  answer(id: string, output: ScoreOutput): void {
    this.#open.get(id)?.(ok(output));
  }

  fail(id: string, failure: BackendFailure): void {
    this.#open.get(id)?.(err(failure));
  }

  recover(): void {
    for (const listener of this.#recoveryListeners) listener();
  }

  tell(incident: BackendIncident): void {
    for (const listener of this.#listeners) listener(incident);
  }
}
