import { describe, expect, it } from 'vitest';
import { systemRandom } from './random.ts';

describe('systemRandom', () => {
  it('draws as many bytes as asked for, beyond a page too, and none twice', () => {
    const lengths = [0, 1, 16, 32, 1_024, 1_025, 5_000];
    for (const length of lengths) expect(systemRandom.bytes(length)).toHaveLength(length);
    const drawn = Array.from({ length: 2_000 }, () => Buffer.from(systemRandom.bytes(16)));
    expect(new Set(drawn.map((bytes) => bytes.toString('hex'))).size).toBe(drawn.length);
    // 32,000 bytes: each bit is set about half the time.
    const bits = Buffer.concat(drawn).reduce(
      (sum, byte) => sum + byte.toString(2).replaceAll('0', '').length,
      0,
    );
    expect(Math.abs(bits / (16 * 8 * drawn.length) - 0.5)).toBeLessThan(0.01);
  });

  it('hands out bytes that nobody else changes', () => {
    const first = systemRandom.bytes(16);
    const kept = Uint8Array.from(first);
    const second = systemRandom.bytes(16);
    second.fill(7);
    expect(first).toEqual(kept);
    first.fill(9);
    expect(systemRandom.bytes(16)).not.toEqual(first);
  });
});
