import { localise } from '@holdfast/visibility';
import { describe, expect, it } from 'vitest';
import { calm, isIn, plantedIncident } from './incident.ts';
import { deviations } from './nezha.ts';
import { nameOf, poissonScan } from './poisson-scan.ts';
import { marksOf } from './score.ts';
import { filesOfTar } from './tar.ts';

describe('a planted incident', () => {
  it('is the same for the same seed', () => {
    expect(plantedIncident(7)).toEqual(plantedIncident(7));
    expect(plantedIncident(7)).not.toEqual(plantedIncident(8));
  });

  it('has one to three causes of one to three attributes, each failing more than the rest', () => {
    const sizes = new Set<number>();
    for (let seed = 0; seed < 20; seed++) {
      const { observations, causes, usualRate } = plantedIncident(seed);
      expect(causes.length).toBeGreaterThan(0);
      expect(causes.length).toBeLessThan(4);
      for (const cause of causes) {
        sizes.add(Object.keys(cause).length);
        const rows = observations.rows.filter(({ values }) =>
          isIn(cause, observations.attributes, values),
        );
        const failed = rows.reduce((sum, row) => sum + row.failed, 0);
        const attempts = rows.reduce((sum, row) => sum + row.failed + row.succeeded, 0);
        expect(failed / attempts).toBeGreaterThan(usualRate);
      }
    }
    expect(sizes).toEqual(new Set([1, 2, 3]));
  });

  it('without causes fails at the usual rate only', () => {
    const found = localise(calm(3));
    expect(found.ok && found.value.causes).toEqual([]);
  });
});

describe('the scan', () => {
  it('finds a cause that stands alone', () => {
    const rows = ['a', 'b', 'c'].flatMap((node) =>
      ['x', 'y'].map((client) => ({
        values: [client, node],
        failed: node === 'b' ? 20 : 1,
        succeeded: 50,
      })),
    );
    const { causes, ranked } = poissonScan({ attributes: ['client', 'node'], rows }, 0.02);
    expect(causes).toEqual([{ node: 'b' }]);
    expect(ranked[0]).toEqual({ node: 'b' });
  });
});

describe('marks', () => {
  const [a, b, c] = [{ x: '1' }, { x: '2' }, { y: '1', x: '1' }];

  it('count exact combinations whatever the order of their names', () => {
    expect(nameOf({ y: '1', x: '1' })).toBe(nameOf({ x: '1', y: '1' }));
    const right = { truth: [a, b], causes: [a], ranked: [a, c, b] };
    const wrong = { truth: [c], causes: [a], ranked: [a, b] };
    expect(marksOf([right])).toEqual({ top1: 1, top3: 1, f1: 2 / 3 });
    expect(marksOf([wrong])).toEqual({ top1: 0, top3: 0, f1: 0 });
    expect(marksOf([right, wrong]).top1).toBe(0.5);
  });
});

describe('metrics of a fault', () => {
  it('fail where they are far from what they were in the half hour before', () => {
    const samples = (jump: number) =>
      Array.from({ length: 34 }, (_, nth) => ({
        at: nth * 60,
        value: 10 + (nth % 3) * 0.1 + (nth >= 30 ? jump : 0),
      }));
    const series = [
      { service: 'cart', metric: 'cpu', samples: samples(80) },
      { service: 'shop', metric: 'cpu', samples: samples(0) },
    ];
    const { rows, loudest } = deviations(series, 1_800);
    expect(loudest[0]).toBe('cart');
    const failed = (service: string) =>
      rows.reduce((sum, row) => sum + (row.values[1] === service ? row.failed : 0), 0);
    expect(failed('cart')).toBe(40);
    expect(failed('shop')).toBe(0);
  });
});

describe('a tar archive', () => {
  it('is read, and refused where it is none', () => {
    const header = Buffer.alloc(512);
    header.write('a/b.csv', 0);
    header.write('00000000005\0', 124);
    header.write('0', 156);
    const body = Buffer.alloc(512);
    body.write('1,2,3');
    const archive = Buffer.concat([header, body, Buffer.alloc(1_024)]);
    expect([...filesOfTar(archive)]).toEqual([['a/b.csv', '1,2,3']]);
    expect(() => filesOfTar(Buffer.alloc(512, 'x'))).toThrow(/no tar header at byte 0/);
  });
});
