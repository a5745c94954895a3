import { seededRandom } from '@holdfast/testkit';
import { describe, expect, it } from 'vitest';
import { SUBSCRIPTION_LIMITS } from '../limits.ts';
import { EndpointHealth } from './endpoint-health.ts';

const { deliveriesPerOrigin, deliveriesPerSecond, failuresUntilOpen, retryFirstMs } =
  SUBSCRIPTION_LIMITS;
const health = () => new EndpointHealth(seededRandom(1));

function fail(of: EndpointHealth, origin: string, times: number, nowMs = 0): void {
  for (let i = 0; i < times; i++) {
    expect(of.begin(origin, nowMs).kind).toBe('go');
    of.ended(origin, false, nowMs);
  }
}

describe('EndpointHealth', () => {
  it('SUB-6 holds an origin to its share of what is under way, and no other by it', () => {
    const of = health();
    for (let i = 0; i < deliveriesPerOrigin; i++) expect(of.begin('a', 0).kind).toBe('go');
    expect(of.begin('a', 0)).toEqual({ kind: 'full' });
    expect(of.begin('b', 0)).toEqual({ kind: 'go' });
    of.ended('a', true, 0);
    expect(of.begin('a', 0)).toEqual({ kind: 'go' });
  });

  it('SUB-6 holds an origin to its rate', () => {
    const of = health();
    for (let i = 0; i < deliveriesPerSecond; i++) {
      expect(of.begin('a', 0).kind).toBe('go');
      of.ended('a', true, 0);
    }
    expect(of.begin('a', 0)).toEqual({ kind: 'wait', ms: 1_000 / deliveriesPerSecond });
    expect(of.begin('a', 1_000 / deliveriesPerSecond)).toEqual({ kind: 'go' });
  });

  it('SUB-6 opens after failures in a row, lets one probe through, and closes when it succeeds', () => {
    const of = health();
    fail(of, 'a', failuresUntilOpen - 1);
    expect(of.isOpen('a')).toBe(false);
    fail(of, 'a', 1);
    expect(of.isOpen('a')).toBe(true);
    const wait = of.begin('a', 0);
    expect(wait).toMatchObject({ kind: 'wait' });
    expect(of.begin('b', 0)).toEqual({ kind: 'go' });
    expect(of.begin('a', retryFirstMs)).toEqual({ kind: 'go' });
    expect(of.begin('a', retryFirstMs)).toEqual({ kind: 'full' });
    of.ended('a', true, retryFirstMs);
    expect(of.isOpen('a')).toBe(false);
  });
});
