/**
 * Goal: what was planted is found, nothing is found in noise, and the order of what was seen does
 * not matter. Method: seeded incidents of one to three attributes, drawn by fast-check.
 */
import { runs, seededRandom } from '@holdfast/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PLANTED_ATTRIBUTES, plantedRows } from '../testing/planted-causes.ts';
import { type Localisation, localise, type Where } from './localise.ts';
import type { Observations } from './observation.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const causeOf = (names: readonly string[]): Where =>
  Object.fromEntries(names.map((name) => [name, `${name}-0`]));
const cause = fc
  .shuffledSubarray([...PLANTED_ATTRIBUTES], { minLength: 1, maxLength: 2 })
  .map(causeOf);

function found(given: Observations): Localisation {
  const result = localise(given);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

const named = (causes: readonly { readonly where: Where }[]) => causes.map(({ where }) => where);
const attributes = PLANTED_ATTRIBUTES;

describe('a planted cause', () => {
  it('is the only one named, with the failures it explains', () => {
    fc.assert(
      fc.property(seeds, cause, (seed, where) => {
        const rows = plantedRows(seededRandom(seed), { causes: [where], rate: 0.4 });
        const { causes } = found({ attributes, rows });
        expect(named(causes)).toEqual([where]);
        const { riskRatio, explains, inside } = causes[0] ?? expect.fail('no cause');
        expect(riskRatio.low).toBeGreaterThan(5);
        expect(riskRatio.high).toBeGreaterThan(riskRatio.estimate);
        expect(explains).toBeGreaterThan(0.9);
        expect(inside.failed / (inside.failed + inside.succeeded)).toBeCloseTo(0.4, 0);
      }),
      { numRuns: runs(15, 300) },
    );
  });

  it('is found beside another one that has nothing to do with it', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const planted = [
          { client: 'client-1', endpoint: 'endpoint-2' },
          { node: 'node-3', version: 'version-1' },
        ];
        const rows = plantedRows(seededRandom(seed), { causes: planted, rate: 0.5, leaves: 900 });
        const { causes } = found({ attributes, rows });
        expect(named(causes)).toHaveLength(2);
        expect(named(causes)).toEqual(expect.arrayContaining(planted));
      }),
      { numRuns: runs(10, 200) },
    );
  });
});

describe('pure noise', () => {
  it('has no cause', () => {
    fc.assert(
      fc.property(seeds, fc.double({ min: 0, max: 0.5, noNaN: true }), (seed, share) => {
        const random = seededRandom(seed);
        const rows = plantedRows(random, { causes: [], rate: 0 }).map(({ values }) => {
          const attempts = 1 + random.below(30);
          let failed = 0;
          for (let nth = 0; nth < attempts; nth++) failed += random.chance(share) ? 1 : 0;
          return { values, failed, succeeded: attempts - failed };
        });
        expect(named(found({ attributes, rows }).causes)).toEqual([]);
      }),
      { numRuns: runs(25, 500) },
    );
  });

  it('in what failed as often before is no cause either', () => {
    fc.assert(
      fc.property(seeds, cause, (seed, where) => {
        const random = seededRandom(seed);
        const before = plantedRows(random, { causes: [where], rate: 0.4 });
        const rows = before.map((usual) => {
          const rate = usual.failed / (usual.failed + usual.succeeded);
          let failed = 0;
          for (let nth = 0; nth < 20; nth++) failed += random.chance(rate) ? 1 : 0;
          return { values: usual.values, failed, succeeded: 20 - failed, usual };
        });
        const without = rows.map(({ values, failed, succeeded }) => ({
          values,
          failed,
          succeeded,
        }));
        expect(named(found({ attributes, rows: without }).causes)).toEqual([where]);
        expect(named(found({ attributes, rows }).causes)).toEqual([]);
      }),
      { numRuns: runs(10, 200) },
    );
  });
});

describe('the order of rows and attributes', () => {
  it('does not matter', () => {
    fc.assert(
      fc.property(seeds, cause, (seed, where) => {
        const random = seededRandom(seed);
        const rows = plantedRows(random, { causes: [where], rate: 0.15, leaves: 200 });
        const order = shuffled([...attributes.keys()], random);
        const turned = shuffled(rows, random).map(({ values, ...counts }) => ({
          ...counts,
          values: order.map((at) => values[at] ?? ''),
        }));
        const names = order.map((at) => attributes[at] ?? '');
        expect(found({ attributes: names, rows: turned })).toEqual(found({ attributes, rows }));
      }),
      { numRuns: runs(15, 300) },
    );
  });
});

function shuffled<Item>(items: readonly Item[], random: { below(n: number): number }): Item[] {
  const left = [...items];
  return items.flatMap(() => left.splice(random.below(left.length), 1));
}
