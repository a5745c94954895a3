import { describe, expect, it } from 'vitest';
import { demoOverview } from '../testing/demo-overview.ts';
import { moveCursor, niceCeiling, readout, requestChart } from './rate-data.ts';

const AT = Date.parse('2026-11-24T04:06:00.500Z');
const data = requestChart(demoOverview({ atMs: AT, startedAtMs: AT, total: 1 }));

describe('chart data', () => {
  it('puts the last value on the last whole second before the snapshot', () => {
    expect(data.seconds.at(-1)).toBe(Date.parse('2026-11-24T04:05:59Z') / 1_000);
    expect(data.seconds).toHaveLength(60);
  });

  it('reads every strip aloud at the cursor', () => {
    expect(readout(data, 59)).toMatch(/^Requests \d+, Denied \d+, Failed \d+$/);
  });

  it('keeps the cursor inside the data and starts at the newest value', () => {
    expect(moveCursor(undefined, 'ArrowLeft', 60)).toBe(59);
    expect(moveCursor(0, 'ArrowLeft', 60)).toBe(0);
    expect(moveCursor(59, 'PageUp', 60)).toBe(49);
    expect(moveCursor(30, 'End', 60)).toBe(59);
    expect(moveCursor(30, 'Home', 60)).toBe(0);
  });

  it.each([
    [[0, 0], 1],
    [[3], 5],
    [[42, 61], 100],
    [[200], 200],
  ])('an axis over %j ends at %i', (values, top) => {
    expect(niceCeiling(values)).toBe(top);
  });
});
