import { fakeClock, seededRandom } from '@holdfast/testkit';
import { describe, expect, it } from 'vitest';
import { bucketOf, LATENCY_BUCKETS, upperEdge } from './latency-histogram.ts';
import { RequestMeter } from './request-meter.ts';

describe('RequestMeter', () => {
  it('counts outcomes and what is in flight, and reading resets nothing', () => {
    const meter = new RequestMeter(fakeClock());
    const ends = (['answered', 'denied', 'refused', 'failed', 'answered'] as const).map(
      (outcome) => {
        const end = meter.begin();
        return () => end(outcome);
      },
    );
    expect(meter.read()).toMatchObject({ total: 0, inFlight: 5 });
    for (const end of ends) {
      end();
      end();
    }
    const expected = {
      total: 5,
      inFlight: 0,
      outcomes: { answered: 2, denied: 1, refused: 1, failed: 1 },
    };
    expect(meter.read()).toMatchObject(expected);
    expect(meter.read()).toMatchObject(expected);
  });

  it('shows the last 60 full seconds, oldest first, and forgets older ones', () => {
    const clock = fakeClock();
    const meter = new RequestMeter(clock);
    for (let second = 0; second < 130; second++) {
      for (let i = 0; i <= second; i++) meter.begin()(i === 0 ? 'failed' : 'answered');
      clock.advance(1_000);
    }
    const { perSecond, failedPerSecond } = meter.read();
    expect(perSecond).toEqual(Array.from({ length: 60 }, (_, i) => 71 + i));
    expect(failedPerSecond).toEqual(Array.from({ length: 60 }, () => 1));
    clock.advance(30_000);
    expect(meter.read().perSecond.slice(30)).toEqual(Array.from({ length: 30 }, () => 0));
  });

  it('tells quantiles within a sixteenth, never too low', () => {
    const clock = fakeClock();
    const meter = new RequestMeter(clock);
    for (let ms = 1; ms <= 100; ms++) {
      const end = meter.begin();
      clock.advance(ms);
      end('answered');
    }
    const { p50Ms, p99Ms } = meter.read().lastMinute;
    expect(p50Ms).toBeGreaterThanOrEqual(50);
    expect(p50Ms).toBeLessThanOrEqual(50 * (17 / 16));
    expect(p99Ms).toBeGreaterThanOrEqual(99);
    expect(p99Ms).toBeLessThanOrEqual(99 * (17 / 16));
    clock.advance(61_000);
    expect(meter.read().lastMinute.p50Ms).toBeNull();
    expect(meter.read().lifetime.p50Ms).toBe(p50Ms);
  });
});

describe('latency buckets', () => {
  it('hold every duration below their upper edge and at most a sixteenth above their lower one', () => {
    const random = seededRandom(3);
    for (let i = 0; i < 5_000; i++) {
      const micros = Math.floor(2 ** (random.next() * 26.9));
      const bucket = bucketOf(micros);
      expect(bucket).toBeLessThan(LATENCY_BUCKETS);
      expect(upperEdge(bucket)).toBeGreaterThan(micros);
      expect(upperEdge(bucket)).toBeLessThanOrEqual(Math.max(micros + 1, micros * (17 / 16) + 1));
    }
    expect(bucketOf(1e15)).toBe(LATENCY_BUCKETS - 1);
    expect(bucketOf(-1)).toBe(0);
  });
});
