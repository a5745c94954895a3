import type { Clock } from '@holdfast/kernel';
import { bucketOf, LATENCY_BUCKETS, quantileMs } from './latency-histogram.ts';
import { VISIBILITY_LIMITS } from './limits.ts';

/** `denied`: refused by a decision; `failed`: a fault of the platform; `refused`: everything else. */
export type RequestOutcome = 'answered' | 'denied' | 'refused' | 'failed';

export interface LatencyQuantiles {
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

export interface MeterReading {
  /** Ended requests since the process started. Reading resets nothing. */
  readonly total: number;
  readonly outcomes: Readonly<Record<RequestOutcome, number>>;
  readonly inFlight: number;
  /** Ended requests of each of the last 60 full seconds, oldest first. */
  readonly perSecond: readonly number[];
  /** Failed ones of the same seconds. */
  readonly failedPerSecond: readonly number[];
  readonly lastMinute: LatencyQuantiles;
  readonly lifetime: LatencyQuantiles;
}

/** One second's counts; the slot of the running second is one more than the ring shows. */
interface Second {
  at: number;
  ended: number;
  failed: number;
  readonly latencies: Uint32Array;
}

/** Counts requests in memory of a fixed size, whatever the load. */
export class RequestMeter {
  readonly #clock: Clock;
  readonly #seconds: Second[];
  readonly #lifetime = new Float64Array(LATENCY_BUCKETS);
  readonly #outcomes: Record<RequestOutcome, number> = {
    answered: 0,
    denied: 0,
    refused: 0,
    failed: 0,
  };
  #inFlight = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#seconds = Array.from({ length: VISIBILITY_LIMITS.meterSeconds + 1 }, () => ({
      at: -1,
      ended: 0,
      failed: 0,
      latencies: new Uint32Array(LATENCY_BUCKETS),
    }));
  }

  /** @returns ends the request; a second call changes nothing */
  begin(): (outcome: RequestOutcome) => void {
    const startMs = this.#clock.monotonicMs();
    this.#inFlight += 1;
    let ended = false;
    return (outcome) => {
      if (ended) return;
      ended = true;
      this.#end(outcome, startMs);
    };
  }

  read(): MeterReading {
    const running = this.#runningSecond();
    const shown = VISIBILITY_LIMITS.meterSeconds;
    const perSecond = Array.from({ length: shown }, () => 0);
    const failedPerSecond = Array.from({ length: shown }, () => 0);
    const minute = new Float64Array(LATENCY_BUCKETS);
    for (const second of this.#seconds) {
      const age = running - second.at;
      if (second.at < 0 || age > shown) continue;
      for (const [bucket, count] of second.latencies.entries()) {
        minute[bucket] = (minute[bucket] ?? 0) + count;
      }
      if (age < 1) continue;
      perSecond[shown - age] = second.ended;
      failedPerSecond[shown - age] = second.failed;
    }
    const { answered, denied, refused, failed } = this.#outcomes;
    return {
      total: answered + denied + refused + failed,
      outcomes: { ...this.#outcomes },
      inFlight: this.#inFlight,
      perSecond,
      failedPerSecond,
      lastMinute: quantiles(minute),
      lifetime: quantiles(this.#lifetime),
    };
  }

  #end(outcome: RequestOutcome, startMs: number): void {
    const second = this.#current();
    const bucket = bucketOf((this.#clock.monotonicMs() - startMs) * 1_000);
    second.latencies[bucket] = (second.latencies[bucket] ?? 0) + 1;
    this.#lifetime[bucket] = (this.#lifetime[bucket] ?? 0) + 1;
    second.ended += 1;
    if (outcome === 'failed') second.failed += 1;
    this.#outcomes[outcome] += 1;
    this.#inFlight -= 1;
  }

  #runningSecond(): number {
    return Math.floor(this.#clock.monotonicMs() / 1_000);
  }

  #current(): Second {
    const at = this.#runningSecond();
    const slot = this.#seconds[at % this.#seconds.length];
    if (slot === undefined) throw new RangeError('the ring has a slot for every second');
    if (slot.at !== at) {
      slot.at = at;
      slot.ended = 0;
      slot.failed = 0;
      slot.latencies.fill(0);
    }
    return slot;
  }
}

function quantiles(counts: Float64Array): LatencyQuantiles {
  return {
    p50Ms: quantileMs(counts, 0.5),
    p95Ms: quantileMs(counts, 0.95),
    p99Ms: quantileMs(counts, 0.99),
  };
}
