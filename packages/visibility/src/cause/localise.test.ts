import { describe, expect, it } from 'vitest';
import { CAUSE_LIMITS } from './limits.ts';
import { type Localisation, localise } from './localise.ts';
import type { ObservedRow } from './observation.ts';

const row = (values: readonly string[], failed: number, succeeded: number): ObservedRow => ({
  values,
  failed,
  succeeded,
});

function found(attributes: readonly string[], rows: readonly ObservedRow[]): Localisation {
  const result = localise({ attributes, rows });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

const nothing = { failed: 0, succeeded: 0 };
const numbered = (count: number): string[] => Array.from({ length: count }, (_, nth) => `v${nth}`);

describe('localise', () => {
  it('finds nothing where nothing was observed or nothing failed', () => {
    expect(found([], [])).toMatchObject({ observed: nothing, causes: [], alternatives: [] });
    const calm = found(['node'], [row(['a'], 0, 50), row(['b'], 0, 50)]);
    expect(calm.causes).toEqual([]);
  });

  it('names no cause where everything fails alike', () => {
    expect(found(['node'], [row(['a'], 50, 0), row(['b'], 50, 0)]).causes).toEqual([]);
  });

  it('tells who else could be meant, and what is wider', () => {
    const rows = numbered(8).flatMap((client) =>
      ['x', 'y', 'z'].map((node) => {
        const isBad = client === 'v1' && node === 'x';
        return row([client, node, node === 'x' ? '2.0' : '1.0'], isBad ? 30 : 0, isBad ? 10 : 40);
      }),
    );
    const [cause] = found(['client', 'node', 'version'], rows).causes;
    expect(cause?.where).toEqual({ client: 'v1', node: 'x' });
    expect(cause?.sameAs).toEqual([{ client: 'v1', version: '2.0' }]);
    expect(cause?.wider).toEqual([
      { where: { client: 'v1' }, inside: { failed: 30, succeeded: 90 } },
      { where: { node: 'x' }, inside: { failed: 30, succeeded: 290 } },
    ]);
    expect(cause?.outside).toEqual({ failed: 0, succeeded: 23 * 40 });
    expect(Number.isFinite(cause?.riskRatio.estimate)).toBe(true);
  });

  it('names a cause by the attributes that are to be named first', () => {
    const rows = numbered(6).map((value) =>
      row([value, `of-${value}`], value === 'v3' ? 30 : 0, value === 'v3' ? 10 : 40),
    );
    const whereFirst = (first: readonly string[]) => {
      const result = localise({ attributes: ['caller', 'dependency'], rows, first });
      return result.ok ? result.value.causes.map(({ where }) => where) : [];
    };
    expect(whereFirst([])).toEqual([{ caller: 'v3' }]);
    expect(whereFirst(['dependency'])).toEqual([{ dependency: 'of-v3' }]);
  });

  it('never takes a missing value for a cause', () => {
    const rows = [...numbered(30)].map((client, nth) =>
      row([client, nth < 10 ? '' : 'b'], nth < 10 ? 20 : 0, 20),
    );
    for (const { where } of found(['client', 'node'], rows).causes) {
      expect(Object.values(where)).not.toContain('');
    }
  });
});

describe('the limits', () => {
  const wide = (count: number) =>
    localise({ attributes: numbered(count), rows: [row(numbered(count), 1, 1)] });

  it('take as many attributes as they say', () => {
    expect(wide(CAUSE_LIMITS.attributes).ok).toBe(true);
    expect(wide(CAUSE_LIMITS.attributes + 1)).toEqual({
      ok: false,
      error: { kind: 'too-many', of: 'attributes', most: CAUSE_LIMITS.attributes },
    });
  });

  it('take as many values of an attribute', () => {
    const rows = numbered(CAUSE_LIMITS.values).map((value) => row([value], 0, 1));
    expect(localise({ attributes: ['node'], rows }).ok).toBe(true);
    expect(localise({ attributes: ['node'], rows: [...rows, row(['more'], 0, 1)] })).toEqual({
      ok: false,
      error: { kind: 'too-many', of: 'values', attribute: 'node', most: CAUSE_LIMITS.values },
    });
  });

  it('take as many leaves and rows', () => {
    const rows = Array.from({ length: CAUSE_LIMITS.leaves }, (_, nth) =>
      row([`${nth % 200}`, `${Math.floor(nth / 200)}`], nth % 200 === 7 ? 5 : 0, 5),
    );
    const attributes = ['client', 'node'];
    expect(found(attributes, rows).causes.map(({ where }) => where)).toEqual([{ client: '7' }]);
    expect(localise({ attributes, rows: [...rows, row(['more', 'more'], 0, 1)] })).toMatchObject({
      error: { kind: 'too-many', of: 'leaves', most: CAUSE_LIMITS.leaves },
    });
    const same = Array.from({ length: CAUSE_LIMITS.rows }, () => row(['a'], 0, 1));
    expect(localise({ attributes: ['node'], rows: same }).ok).toBe(true);
    expect(localise({ attributes: ['node'], rows: [...same, row(['a'], 0, 1)] })).toMatchObject({
      error: { kind: 'too-many', of: 'rows', most: CAUSE_LIMITS.rows },
    });
  });

  it('leave out larger combinations where the budget of cells ends, and say so', () => {
    const attributes = numbered(CAUSE_LIMITS.attributes);
    // 16 attributes have 16 single ones, 120 pairs and 560 triples.
    const within = Math.floor(CAUSE_LIMITS.cells / (16 + 120 + 560));
    const rows = (count: number) =>
      Array.from({ length: count }, (_, nth) =>
        row(
          attributes.map((_, at) => `${Math.floor(nth / 11 ** at) % 11}`),
          0,
          1,
        ),
      );
    expect(found(attributes, rows(within)).searchedSize).toBe(3);
    expect(found(attributes, rows(within + 1)).searchedSize).toBe(2);
  });

  it('refuse what is no observation, naming it', () => {
    const refused = (rows: readonly ObservedRow[], attributes = ['node']) =>
      localise({ attributes, rows });
    expect(refused([row(['a'], 0, 1), row(['a', 'b'], 0, 1)])).toMatchObject({
      error: { kind: 'bad-row', row: 1, why: 'has 2 values for 1 attributes' },
    });
    for (const count of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(refused([row(['a'], count, 1)])).toMatchObject({ error: { kind: 'bad-row', row: 0 } });
    }
    const long = 'x'.repeat(CAUSE_LIMITS.textLength + 1);
    expect(refused([row([long], 0, 1)])).toMatchObject({ error: { kind: 'bad-row' } });
    expect(refused([], ['node', 'node'])).toMatchObject({
      error: { kind: 'bad-attribute', attribute: 'node', why: 'given twice' },
    });
  });
});
