import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { describe, expect, it } from 'vitest';
import { canonicalise } from '../compile/canonical-class.ts';
import { CLASS_BATCH } from '../limits.ts';
import { parseConsent } from '../model/parse-consent.ts';
import { ClassRegistry } from './class-registry.ts';

const CANONICAL =
  canonicalise([parseConsent({ status: 'active', provision: { type: 'permit' } })], 0)?.canonical ??
  '';

/** Neither policy nor label sets were ever put in force. */
const NOTHING_NEW = { policy_version: null, policy: null, labelling: 0, label_sets: null };

/** Answers loads one by one, each when the test lets it. */
class HeldDatabase {
  readonly asked: unknown[][] = [];
  readonly #waiting: ((rows: object[]) => void)[] = [];

  readonly query = ((statement: { values: unknown[] }) => {
    this.asked.push(statement.values);
    return new Promise((resolve) => {
      this.#waiting.push((rows) => resolve({ rows, rowCount: rows.length }));
    });
  }) as unknown as Queryable['query'];

  async answer(epoch: number, ...ids: number[]): Promise<void> {
    const known = { epoch: String(epoch), ...NOTHING_NEW };
    const rows = ids.map((id) => ({ ...known, id, canonical: CANONICAL }));
    const empty = [{ ...known, id: null, canonical: null }];
    this.#waiting.shift()?.(rows.length === 0 ? empty : rows);
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }
}

const registryOn = (database: HeldDatabase) => new ClassRegistry(1 as TenantId, database);

describe('ClassRegistry', () => {
  it('CON-6 starts a load of its own for whoever comes while one is under way, and one for all', async () => {
    const database = new HeldDatabase();
    const registry = registryOn(database);
    const first = registry.refresh();
    const [second, third] = [registry.refresh(), registry.refresh()];
    expect(second).toBe(third);
    await database.answer(1, 1);
    await first;
    expect(registry.epoch).toBe(1n);
    await database.answer(2, 2);
    await second;
    expect(registry.epoch).toBe(2n);
    expect(database.asked.length).toBe(2);
    expect(database.asked[1]?.[1]).toBe(1);
  });

  it('adopts an epoch only with the last batch of classes below it', async () => {
    const database = new HeldDatabase();
    const registry = registryOn(database);
    const loading = registry.refresh();
    await database.answer(9, ...Array.from({ length: CLASS_BATCH }, (_, index) => index + 1));
    expect(registry.epoch).toBe(-1n);
    await database.answer(9, CLASS_BATCH + 1);
    await loading;
    expect(registry.epoch).toBe(9n);
    expect(registry.find(CLASS_BATCH + 1)).toMatchObject({ consents: [{}] });
  });

  it('asks for a class a decision missed, and then knows that there is none', async () => {
    const database = new HeldDatabase();
    const registry = registryOn(database);
    expect(registry.find(77)).toBeUndefined();
    const loading = registry.refresh();
    expect(database.asked[0]?.[2]).toEqual([77]);
    await database.answer(0);
    await loading;
    expect(registry.find(77)).toBe('none');
  });

  it('refuses an epoch that went back', async () => {
    const database = new HeldDatabase();
    const registry = registryOn(database);
    const loading = registry.refresh();
    await database.answer(5);
    await loading;
    const again = registry.refresh();
    await database.answer(4);
    await expect(again).rejects.toThrow(/CON-6/);
  });

  it('a failed load does not fail whoever waits for the next one', async () => {
    let calls = 0;
    const query = (() => {
      calls++;
      if (calls === 1) return Promise.reject(new Error('connection lost'));
      return Promise.resolve({
        rows: [{ epoch: '3', id: null, canonical: null, ...NOTHING_NEW }],
        rowCount: 1,
      });
    }) as unknown as Queryable['query'];
    const registry = new ClassRegistry(1 as TenantId, { query });
    const [first, second] = [registry.refresh(), registry.refresh()];
    await expect(first).rejects.toThrow('connection lost');
    await second;
    expect(registry.epoch).toBe(3n);
  });
});
