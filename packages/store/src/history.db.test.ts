import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HistoryPage, type HistoryQuery, readVersion, type StoredVersion } from './index.ts';
import {
  gateOf,
  observation,
  open,
  patient,
  type StoreStage,
  storeStage,
  tenant,
} from './testing/store-stage.ts';

let stage: StoreStage;
beforeAll(async () => {
  stage = await storeStage();
  await stage.write([
    { kind: 'create', resource: patient('a', 'One') },
    { kind: 'create', resource: patient('b', 'One') },
  ]);
  await stage.write([{ kind: 'create', resource: observation('a-o', 'a', '2024-01-01') }]);
  await stage.write([{ kind: 'put', resource: patient('a', 'Two') }]);
  await stage.write([{ kind: 'put', resource: patient('b', 'Two') }]);
  await stage.write([{ kind: 'delete', type: 'Observation', id: 'a-o' }]);
  await stage.write([{ kind: 'put', resource: patient('a', 'Three') }]);
});
afterAll(() => stage.database.drop());

const names = (versions: readonly StoredVersion[]): string[] =>
  versions.map(({ id, version, deleted }) => `${id}/${version}${deleted ? ' deleted' : ''}`);
const list = async (query: Partial<HistoryQuery>, gates = open): Promise<string[]> =>
  names((await stage.history(query, gates)).versions);

describe('history', () => {
  it('of a resource, a type and the system is newest first', async () => {
    expect(await list({ type: 'Patient', id: 'a' })).toEqual(['a/3', 'a/2', 'a/1']);
    expect(await list({ type: 'Observation' })).toEqual(['a-o/2 deleted', 'a-o/1']);
    const type = await list({ type: 'Patient' });
    expect(type.slice(0, 3)).toEqual(['a/3', 'b/2', 'a/2']);
    expect(type.slice(3).sort()).toEqual(['a/1', 'b/1']);
    const system = await list({});
    expect(system.slice(0, 5)).toEqual(['a/3', 'a-o/2 deleted', 'b/2', 'a/2', 'a-o/1']);
    expect(system).toHaveLength(7);
  });

  it.each([{ type: 'Patient', id: 'a' }, { type: 'Patient' }, {}] as const)(
    'comes in pages that together are the whole: %j',
    async (scope) => {
      const paged: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await stage.history({ ...scope, count: 2, cursor });
        paged.push(...names(page.versions));
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      expect(paged).toEqual(await list(scope));
    },
  );

  it('refuses the cursor of another history', async () => {
    const { next } = await stage.history({ type: 'Patient', count: 1 });
    await expect(stage.history({ count: 1, cursor: next ?? '' })).rejects.toMatchObject({
      code: 'STORE_CURSOR_INVALID',
    });
  });

  it('goes on page by page at every level, since or at an instant too, each version once', async () => {
    const { versions: all } = await stage.history({});
    const middle = Date.parse(all[Math.floor(all.length / 2)]?.updated ?? '');
    const levels = [{}, { type: 'Patient' }, { type: 'Patient', id: 'a' }] as const;
    const times = [{}, { since: middle }, { at: { start: middle, end: middle + 1 } }];
    for (const query of levels.flatMap((level) => times.map((time) => ({ ...level, ...time })))) {
      const whole = await list(query);
      const paged: string[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const next = cursor === undefined ? {} : { cursor };
        const page: HistoryPage = await stage.history({ ...query, count: 1, ...next });
        paged.push(...names(page.versions));
        cursor = page.next;
      }
      expect(paged, JSON.stringify(query)).toEqual(whole);
    }
  });

  it('since an instant leaves out what was before, and at an instant shows what was current', async () => {
    const { versions } = await stage.history({ type: 'Patient', id: 'a' });
    const [third, second] = versions.map(({ updated }) => Date.parse(updated));
    expect(await list({ type: 'Patient', id: 'a', since: second })).toEqual(['a/3', 'a/2']);
    const at = (ms = 0) => ({ start: ms, end: ms + 1 });
    expect(await list({ type: 'Patient', id: 'a', at: at(second) })).toEqual(['a/2']);
    expect(await list({ type: 'Patient', id: 'a', at: at(third) })).toEqual(['a/3']);
    expect(
      await list({ type: 'Patient', id: 'a', at: { start: second ?? 0, end: (third ?? 0) + 1 } }),
    ).toEqual(['a/3', 'a/2']);
    const later = await stage.history({ type: 'Patient', id: 'a', since: Date.now() + 60_000 });
    expect(later).toMatchObject({ versions: [], next: null, exists: true });
  });

  it('holds nothing of a hidden patient, at any level, and takes no place on a page', async () => {
    const gates = gateOf(new Set(['a']));
    expect(await stage.history({ type: 'Patient', id: 'a' }, gates)).toMatchObject({
      exists: false,
      versions: [],
    });
    expect(await stage.history({ type: 'Patient', id: 'never' }, gates)).toMatchObject({
      exists: false,
      versions: [],
    });
    expect(await list({ count: 2 }, gates)).toEqual(['b/2', 'b/1']);
    expect((await stage.history({ count: 2 }, gates)).next).toBeNull();
    expect(await list({ type: 'Observation' }, gates)).toEqual([]);
  });

  it('keeps a version with the patient it was about, after a correction moved the resource', async () => {
    await stage.write([{ kind: 'create', resource: patient('c', 'Right') }]);
    await stage.write([{ kind: 'create', resource: observation('moved', 'b', '2024-01-01') }]);
    await stage.write([{ kind: 'put', resource: observation('moved', 'c', '2024-01-01') }]);
    const scope = { type: 'Observation', id: 'moved' } as const;
    expect(await list(scope)).toEqual(['moved/2', 'moved/1']);
    // Both the wrong patient and the right one must permit the version that named the wrong one.
    expect(await list(scope, gateOf(new Set(['b'])))).toEqual(['moved/2']);
    expect(await list(scope, gateOf(new Set(['c'])))).toEqual([]);
    const old = await readVersion(stage.database.appPool, open, { tenant, ...scope, version: 1 });
    expect(old).toMatchObject({
      kind: 'found',
      version: { facts: { patientId: 'b', others: [{ patientId: 'c' }] } },
    });
  });

  it('goes by the stricter label: not yet labelled is not loosened by what came after', async () => {
    const { rows } = await stage.database.pool.query(
      `select stricter_confidentiality(o::smallint, t::smallint) as s
       from (values (-1, 0), (0, -1), (-1, 4), (-1, 5), (2, 3), (3, 2), (-1, -1)) v(o, t)`,
    );
    expect(rows.map(({ s }: { s: number }) => s)).toEqual([-1, -1, -1, 5, 3, 3, -1]);
  });
});
