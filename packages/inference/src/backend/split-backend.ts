import type { ModelReference } from '../scores/scorer-registry.ts';
import type {
  BackendIncident,
  InferenceBackend,
  InferenceRequest,
  InferOptions,
} from './inference-backend.ts';

export interface SplitOptions {
  readonly scores: InferenceBackend;
  readonly models: InferenceBackend;
  readonly isModel: (model: ModelReference) => boolean;
}

/** Trained models on a server of their own; deterministic scores stay on this machine. */
export class SplitBackend implements InferenceBackend {
  readonly component: string;
  readonly #options: SplitOptions;

  constructor(options: SplitOptions) {
    this.#options = options;
    this.component = `${options.scores.component}+${options.models.component}`;
  }

  infer(request: InferenceRequest, options: InferOptions): ReturnType<InferenceBackend['infer']> {
    const { models, scores, isModel } = this.#options;
    return (isModel(request.model) ? models : scores).infer(request, options);
  }

  onFailure(listener: (incident: BackendIncident) => void): () => void {
    return this.#both((backend) => backend.onFailure(listener));
  }

  onRecovered(listener: () => void): () => void {
    return this.#both((backend) => backend.onRecovered(listener));
  }

  #both(subscribe: (backend: InferenceBackend) => () => void): () => void {
    const ends = [subscribe(this.#options.scores), subscribe(this.#options.models)];
    return () => ends.forEach((end) => end());
  }
}
