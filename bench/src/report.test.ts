import { describe, expect, it } from 'vitest';
import { quantile } from './quantile.ts';
import { rounded, table } from './report.ts';
import { seeded } from './seeded.ts';

describe('figures', () => {
  it('keep four significant digits, and whole numbers whole', () => {
    expect(
      rounded({ 'create.cpuMs': 1.23456, 'create.walBytes': 5324.6, resources: 999941 }),
    ).toEqual({
      'create.cpuMs': 1.235,
      'create.walBytes': 5325,
      resources: 999941,
    });
  });

  it('refuse what JSON cannot say, naming it', () => {
    expect(() => rounded({ 'read.rps': Number.NaN })).toThrow(/read\.rps is NaN/);
  });

  it('stand in the table with the machine and the commit', () => {
    const machine = { cpus: 2, cpuModel: 'X', memory: 2 ** 34, node: '20.20.2', postgres: '18.4' };
    const report = { bench: 'read', at: '2026-11-24T00:00:00Z', commit: 'abc', machine };
    const text = table({ ...report, figures: { 'read.rps': 1234.5, 'floor.read.rps': 2 } });
    expect(text).toMatch(/^read at abc\n2 x X, 16 GiB, Node 20\.20\.2, PostgreSQL 18\.4\n/);
    expect(text).toMatch(/read\.rps +1,234\.5\n\n +floor\.read\.rps +2\n/);
  });
});

describe('quantiles', () => {
  it('are samples themselves, by nearest rank', () => {
    const samples = [5, 1, 4, 2, 3];
    expect([0, 0.5, 0.8, 0.99, 1].map((share) => quantile(samples, share))).toEqual([
      1, 3, 4, 5, 5,
    ]);
    expect(quantile([], 0.5)).toBeNaN();
  });
});

describe('the seeded stream', () => {
  it('repeats by seed and fills [0, 1) evenly', () => {
    const draw = (seed: number) => Array.from({ length: 10_000 }, seeded(seed));
    const numbers = draw(7);
    expect(draw(7)).toEqual(numbers);
    expect(draw(8)).not.toEqual(numbers);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    const tenths = numbers.reduce<number[]>((counts, number) => {
      const tenth = Math.floor(number * 10);
      counts[tenth] = (counts[tenth] ?? 0) + 1;
      return counts;
    }, []);
    expect(Math.min(...tenths)).toBeGreaterThan(900);
    expect(Math.max(...tenths)).toBeLessThan(1_100);
  });
});
