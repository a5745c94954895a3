import type {
  BackendFailure,
  InferenceBackend,
  InferenceRequest,
  InferOptions,
  ScoreOutput,
} from '@holdfast/inference';
import { err, ok, type Result } from '@holdfast/kernel';

type Answer = Result<ScoreOutput, BackendFailure>;

/** What a request of the bench says of itself. */
export interface TimedInput {
  readonly runMs: number;
  readonly chunkMs: number | null;
}

/** A back end whose runs take as long as they are told, stop at once and yield at their chunks. */
export class TimerBackend implements InferenceBackend {
  readonly component = 'timer';

  infer(request: InferenceRequest, { signal }: InferOptions): Promise<Answer> {
    const { runMs, chunkMs } = request.input as TimedInput;
    const leftMs = typeof request.progress === 'number' ? request.progress : runMs;
    const stretchMs = Math.min(leftMs, chunkMs ?? leftMs);
    return new Promise((resolve) => {
      const finish = (): void => {
        const rest = leftMs - stretchMs;
        if (rest > 1e-6) resolve(err({ kind: 'yielded', progress: rest, leftMs: rest }));
        else resolve(ok(outputOf(`${request.model.id}@${request.model.version}`)));
      };
      const timer = setTimeout(finish, stretchMs);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve(err({ kind: 'aborted' }));
      });
    });
  }

  onFailure(): () => void {
    return () => undefined;
  }

  onRecovered(): () => void {
    return () => undefined;
  }
}

const outputOf = (score: string): ScoreOutput => ({
  score,
  evaluable: true,
  total: 0,
  lowerBound: 0,
  band: 'none',
  parts: [],
  flags: [],
  signals: [],
});
