import type { InferenceRecord } from '../orchestrator/inference-record.ts';
import type { GateReport } from './gate.ts';
import { watchVersion } from './watch-version.ts';

/** Answers after which a version is looked at, and how many of the newest count. */
const LOOK_EVERY = 100;
const WINDOW = 1_000;

/** Failures of the version itself: not of a process that ended, nor of one that had not loaded it. */
const OWN_FAILURES: ReadonlySet<string> = new Set([
  'scorer-failed',
  'deadline-exceeded',
  'model-unknown',
]);

interface Seen {
  calls: { readonly failed: boolean; readonly durationMs: number }[];
  readonly inputs: Map<string, number[]>;
  answers: number;
}

export interface WatchedVersions {
  /** `id@version` of the version that is looked at. */
  readonly watched: string;
  /** The one it is held against. */
  readonly against: string;
}

/**
 * Watches versions by their answers. Told of every record; says when one has to go back. Inputs are held
 * against those of the other version, since a change of the patients is no version's fault. No clock and
 * no timer: it looks after so many answers.
 */
export class VersionWatch {
  readonly #seen = new Map<string, Seen>();

  answered(record: InferenceRecord): void {
    if (record.arm === undefined) return;
    const call = record.attempts.find(({ rung }) => rung === 'backend');
    if (call === undefined) return;
    const seen = this.#of(call.model);
    if (call.outcome !== 'answered' && !OWN_FAILURES.has(call.outcome)) return;
    seen.calls = [
      ...seen.calls.slice(1 - WINDOW),
      { failed: call.outcome !== 'answered', durationMs: call.durationMs },
    ];
    seen.answers += 1;
    for (const { code, value } of record.output?.parts ?? []) {
      const values = seen.inputs.get(code) ?? [];
      values.push(typeof value === 'number' ? value : Number.NaN);
      seen.inputs.set(code, values.slice(-WINDOW));
    }
  }

  /** Null: it is not time to look, or nothing is wrong. */
  look({ watched, against }: WatchedVersions): GateReport | null {
    const own = this.#of(watched);
    if (own.answers < LOOK_EVERY) return null;
    own.answers = 0;
    const other = this.#of(against);
    const failed = ({ calls }: Seen) => ({
      ...{ of: calls.length, were: calls.filter((call) => call.failed).length },
    });
    const latency = ({ calls }: Seen): Float64Array =>
      Float64Array.from(
        calls.filter((call) => !call.failed),
        ({ durationMs }) => durationMs,
      );
    const features = [...own.inputs].map(([code, values]) => {
      const reference = Float64Array.from(other.inputs.get(code) ?? []);
      return [code, { reference, live: Float64Array.from(values) }] as const;
    });
    const report = watchVersion({
      run: {
        ...{ latencyMs: latency(own), championLatencyMs: latency(other) },
        ...{ bytes: 0, championBytes: null, changed: 0, unmoved: 0 },
        features: Object.fromEntries(features),
      },
      ...{ failed: failed(own), championFailed: failed(other) },
      ...{ overridden: { of: 0, were: 0 }, championOverridden: { of: 0, were: 0 } },
      labelled: null,
    });
    return report.decision === 'roll-back' ? report : null;
  }

  #of(version: string): Seen {
    const known = this.#seen.get(version);
    if (known !== undefined) return known;
    const fresh: Seen = { calls: [], inputs: new Map(), answers: 0 };
    this.#seen.set(version, fresh);
    return fresh;
  }
}
