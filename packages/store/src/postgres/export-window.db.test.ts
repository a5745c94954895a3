import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GateSource } from '../access-gate.ts';
import { EXPORT_PATIENTS_A_WINDOW, EXPORT_WINDOW_BYTES } from '../limits.ts';
import {
  criteria,
  gateOf,
  observation,
  open,
  patient,
  type StoreStage,
  storeStage,
  tenant,
} from '../testing/store-stage.ts';
import {
  countExport,
  type ExportPosition,
  type ExportScope,
  patientKeysOf,
  readExport,
} from './export-window.ts';

let stage: StoreStage;
const PATIENTS = EXPORT_PATIENTS_A_WINDOW + 3;
const owners = Array.from({ length: PATIENTS }, (_, i) => `p${String(i).padStart(3, '0')}`);

beforeAll(async () => {
  stage = await storeStage();
  await stage.write([
    ...owners.map((id) => ({ kind: 'create', resource: patient(id, 'Export') }) as const),
    { kind: 'create', resource: { resourceType: 'Organization', id: 'org', name: 'Nobody’s' } },
  ]);
  // Nobody has as many as others, and one has none.
  await stage.write(
    owners.flatMap((id, i) =>
      Array.from({ length: i % 4 }, (_, n) => ({
        kind: 'create' as const,
        resource: observation(`${id}-o${n}`, id, `2024-01-0${n + 1}`),
      })),
    ),
  );
});
afterAll(() => stage.database.drop());

const scope = (of: ExportScope['of'], type: ExportScope['type'] = 'Observation'): ExportScope => ({
  type,
  of,
  until: Date.now(),
  filters: [],
});
const at = (gates: GateSource) => ({
  db: stage.database.appPool,
  tenant,
  dictionary: stage.dictionary,
  gates,
});

interface Part {
  readonly gates?: GateSource;
  readonly from?: ExportPosition | null;
  readonly upTo?: ExportPosition | null;
}

/** All that windows of a size give, and where they ended. */
async function walk(
  what: ExportScope,
  rows: number,
  { gates = open, from = null, upTo = null }: Part = {},
): Promise<{ ids: string[]; ends: (ExportPosition | null)[] }> {
  const ids: string[] = [];
  const ends: (ExportPosition | null)[] = [];
  for (let after: ExportPosition | null = from; ; ) {
    const range = { after, upTo, rows };
    const window = await readExport(what, range, at(gates));
    const counted = await countExport(what, range, at(gates));
    expect([counted.count, counted.last]).toEqual([window.versions.length, window.last]);
    ids.push(...window.versions.map(({ id }) => id));
    ends.push(window.last);
    if (window.last === null) return { ids, ends };
    after = window.last;
  }
}

const expected = (chosen: readonly string[] = owners) =>
  chosen.flatMap((id) => Array.from({ length: owners.indexOf(id) % 4 }, (_, n) => `${id}-o${n}`));

describe('the windows of an export', () => {
  it.each([1, 7, 50, 1_000])(
    'of %i rows hold every row once, in an order that stays',
    async (rows) => {
      expect((await walk(scope('system'), rows)).ids).toEqual(expected());
      const keys = await patientKeysOf(owners, at(open));
      expect((await walk(scope({ keys }), rows)).ids.sort()).toEqual(expected());
    },
  );

  it('are of these patients alone, those who are not there left out', async () => {
    const chosen = ['p003', 'p007', `p${PATIENTS - 1}`.slice(0, 4), 'nobody'];
    const keys = await patientKeysOf(chosen, at(open));
    expect(keys).toHaveLength(3);
    expect((await walk(scope({ keys }), 2)).ids.sort()).toEqual(
      expected(chosen.filter((id) => owners.includes(id))).sort(),
    );
    expect((await walk(scope({ keys: [] }), 2)).ids).toEqual([]);
  });

  it('leave out what is hidden, and never say so by their ends', async () => {
    const gates = gateOf(new Set(['p003', 'p006']));
    const seen = expected(owners.filter((id) => !['p003', 'p006'].includes(id)));
    const hidden = await walk(scope('system'), 4, { gates });
    const all = await walk(scope('system'), 4);
    expect(hidden.ids).toEqual(seen);
    expect(hidden.ends).toEqual(all.ends);
  });

  it('between two ends hold the same rows again, whatever was written since', async () => {
    const what = scope('patients');
    const { ends } = await walk(what, 20);
    const [first = null, second = null] = ends;
    const before = await walk(what, 6, { from: first, upTo: second });
    expect(before.ids).toEqual(expected().slice(20, 40));
    const changed = before.ids[3] ?? '';
    const owner = changed.slice(0, 4);
    await stage.write([
      { kind: 'put', resource: observation(changed, owner, '2024-05-05', 'changed') },
      { kind: 'create', resource: observation(`${changed}-new`, owner, '2024-05-05') },
      { kind: 'delete', type: 'Observation', id: before.ids[5] ?? '' },
    ]);
    const after = await readExport(what, { after: first, upTo: second, rows: 100 }, at(open));
    expect(after.versions.map(({ id }) => id)).toEqual(before.ids.filter((_, nth) => nth !== 5));
    expect(after.versions[3]?.content).toContain('changed');
  });

  it('hold no more than fits, one row at least, and go on behind it', async () => {
    // What cannot be compressed: a third of a window each.
    const large = (id: string) => ({
      ...observation(id, 'p000', '2024-01-01'),
      note: [{ text: randomBytes(EXPORT_WINDOW_BYTES / 4).toString('base64') }],
    });
    const ids = ['large-1', 'large-2', 'large-3', 'large-4', 'large-5'];
    for (const id of ids) await stage.write([{ kind: 'create', resource: large(id) }]);
    const keys = await patientKeysOf(['p000'], at(open));
    const what = scope({ keys });
    const sizes: number[] = [];
    const found: string[] = [];
    for (let after: ExportPosition | null = null; ; ) {
      const window = await readExport(what, { after, rows: 100 }, at(open));
      sizes.push(window.versions.length);
      found.push(...window.versions.map(({ id }) => id));
      if (window.last === null) break;
      after = window.last;
    }
    expect(found.sort()).toEqual(ids);
    expect(Math.max(...sizes)).toBeLessThan(4);
    await stage.write(ids.map((id) => ({ kind: 'delete', type: 'Observation', id })));
  });

  it('take what has a patient, what meets a filter, what changed since', async () => {
    expect((await walk(scope('patients', 'Organization'), 5)).ids).toEqual([]);
    expect((await walk(scope('system', 'Organization'), 5)).ids).toEqual(['org']);
    const meets = (text: string) => criteria('Observation', text).criteria;
    const filters = [meets('code=changed&patient=p002'), meets('date=2024-01-03')];
    const filtered = await walk({ ...scope('system'), filters }, 9);
    expect(filtered.ids.length).toBeGreaterThan(10);
    expect(filtered.ids.every((id) => id.endsWith('-o2'))).toBe(true);
    const since = Date.now() + 60_000;
    expect((await walk({ ...scope('system'), since }, 500)).ids).toEqual([]);
  });
});
