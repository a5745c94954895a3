import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FhirRepository, read, type WriteIntent, type WriteOutcome } from './index.ts';
import {
  criteria,
  gateOf,
  observation,
  open,
  patient,
  type StoreStage,
  storeStage,
  tenant,
} from './testing/store-stage.ts';

let stage: StoreStage;
/** As another process would have it: the queue of one knows nothing of the other. */
let other: FhirRepository;
beforeAll(async () => {
  stage = await storeStage();
  other = stage.another();
});
afterAll(() => stage.database.drop());

const write = async (intent: WriteIntent, gates = open): Promise<WriteOutcome | undefined> =>
  (await stage.write([intent], gates))[0];
const idOf = (outcome: WriteOutcome | undefined): string | undefined =>
  outcome?.kind === 'written'
    ? outcome.change.id
    : outcome?.kind === 'found'
      ? outcome.version.id
      : undefined;
const byMrn = (mrn: string) => criteria('Patient', `identifier=urn:mrn|${mrn}`);
const createUnless = (id: string, mrn: string): WriteIntent => ({
  kind: 'create',
  resource: patient(id, 'Key', mrn),
  unless: byMrn(mrn),
});

describe('a conditional create', () => {
  it('writes where nothing matches, answers with what matches, refuses several', async () => {
    expect(await write(createUnless('cc1', 'm1'))).toMatchObject({ kind: 'written' });
    const found = await write(createUnless('cc2', 'm1'));
    expect(found).toMatchObject({ kind: 'found', version: { id: 'cc1', version: 1 } });
    await stage.write([{ kind: 'create', resource: patient('cc3', 'Key', 'm1') }]);
    await expect(write(createUnless('cc4', 'm1'))).rejects.toMatchObject({
      code: 'STORE_CONDITION_AMBIGUOUS',
    });
  });

  it.each([
    ['an identifier', 'raced', 'identifier=urn:mrn|raced'],
    ['any other search', 'plain', 'family=plain&birthdate=1980-02-03'],
    ['an identifier and more', 'both', 'family=both&identifier=urn:mrn|both'],
  ])('64 times at once under %s creates one, which all are told of', async (_, key, text) => {
    const unless = criteria('Patient', text);
    // Two repositories, as two processes would have: the queue in front of one is not what holds.
    const repositories = [stage.repository, stage.another()];
    const outcomes = await Promise.all(
      Array.from({ length: 64 }, async (_item, i) => {
        const resource = patient(`${key}-${i}`, key, key);
        const repository = repositories[i % 2];
        return (
          await repository?.write([{ kind: 'create', resource, unless }], stage.context())
        )?.[0];
      }),
    );
    expect(outcomes.filter((each) => each?.kind === 'written')).toHaveLength(1);
    expect(new Set(outcomes.map(idOf)).size).toBe(1);
  });

  it('64 times at once under 64 keys creates 64', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 64 }, (_, i) => write(createUnless(`dk-${i}`, `distinct-${i}`))),
    );
    expect(outcomes.filter((each) => each?.kind === 'written')).toHaveLength(64);
  });

  it('does not find what the writer may not see', async () => {
    await stage.write([{ kind: 'create', resource: patient('hid1', 'Hidden', 'hid') }]);
    const outcome = await write(createUnless('hid2', 'hid'), gateOf(new Set(['hid1'])));
    expect(idOf(outcome)).toBe('hid2');
  });
});

describe('a conditional update', () => {
  const putMatching = (id: string | undefined, mrn: string, family: string): WriteIntent => ({
    kind: 'put-matching',
    resource: patient(id ?? `assigned-${mrn}`, family, mrn),
    ownId: id !== undefined,
    matching: byMrn(mrn),
  });

  it('creates where nothing matches, updates what matches, refuses several', async () => {
    expect(await write(putMatching(undefined, 'u1', 'One'))).toMatchObject({
      change: { interaction: 'create', id: 'assigned-u1', version: 1 },
    });
    expect(await write(putMatching(undefined, 'u1', 'Two'))).toMatchObject({
      change: { interaction: 'update', id: 'assigned-u1', version: 2 },
    });
    await expect(write(putMatching('other', 'u1', 'Three'))).rejects.toMatchObject({
      code: 'STORE_CONDITION_ID_MISMATCH',
    });
    await stage.write([{ kind: 'create', resource: patient('u1-twin', 'Twin', 'u1') }]);
    await expect(write(putMatching(undefined, 'u1', 'Four'))).rejects.toMatchObject({
      code: 'STORE_CONDITION_AMBIGUOUS',
    });
  });

  it('that matches nothing takes the id it brings, unless that is in use', async () => {
    expect(await write(putMatching('own', 'u2', 'Own'))).toMatchObject({ change: { id: 'own' } });
    await expect(write(putMatching('own', 'u3', 'Thief'))).rejects.toMatchObject({
      code: 'STORE_ID_IN_USE',
    });
  });

  it('64 times at once under one key loses no update', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 64 }, (_, i) =>
        (i % 2 === 0 ? stage.repository : other)
          .write([putMatching(undefined, 'u4', `N${i}`)], stage.context())
          .then(([outcome]) => outcome),
      ),
    );
    const versions = outcomes.map((each) => (each?.kind === 'written' ? each.change.version : 0));
    expect(versions.sort((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, i) => i + 1));
  });

  it('does not overwrite what ceased to match while it waited', async () => {
    const identified = (mrn: string) => patient('moves', 'Moves', mrn);
    await stage.write([{ kind: 'create', resource: identified('before') }]);
    const [moved, updated] = await Promise.all([
      stage.another().write([{ kind: 'put', resource: identified('after') }], stage.context()),
      stage.another().write([putMatching(undefined, 'before', 'Late')], stage.context()),
    ]);
    // Either order is right, a mixture of both is not.
    const target = idOf(updated[0]);
    const history = await stage.history({ type: 'Patient', id: 'moves' });
    expect(history.versions).toHaveLength(target === 'moves' ? 3 : 2);
    expect(idOf(moved[0])).toBe('moves');
    expect(history.versions[0]?.content).toContain('"after"');
  });
});

describe('a conditional delete and patch', () => {
  it('are for one match: none is nothing to delete and nothing to patch', async () => {
    const matching = byMrn('dp');
    const edit = (text: string) => ({
      resource: { ...(JSON.parse(text) as ReturnType<typeof patient>), active: true },
    });
    expect(await write({ kind: 'delete-matching', matching })).toEqual({ kind: 'nothing' });
    await expect(write({ kind: 'patch-matching', matching, edit })).rejects.toMatchObject({
      code: 'STORE_NOT_FOUND',
    });
    await stage.write([{ kind: 'create', resource: patient('dp1', 'One', 'dp') }]);
    expect(await write({ kind: 'patch-matching', matching, edit })).toMatchObject({
      change: { id: 'dp1', version: 2 },
    });
    expect(await write({ kind: 'delete-matching', matching })).toMatchObject({
      change: { id: 'dp1', interaction: 'delete' },
    });
    const gone = await read(stage.database.appPool, open, { tenant, type: 'Patient', id: 'dp1' });
    expect(gone.kind).toBe('gone');
  });

  it('may bring a code system that no resource had before, which is then searched by', async () => {
    await stage.write([{ kind: 'create', resource: patient('fresh', 'Fresh') }]);
    const edit = (text: string) => {
      const resource = JSON.parse(text) as ReturnType<typeof patient>;
      return {
        resource: { ...resource, meta: { tag: [{ system: 'urn:never-seen', code: 'x' }] } },
      };
    };
    await write({ kind: 'patch', type: 'Patient', id: 'fresh', edit });
    const tagged = criteria('Patient', '_tag=urn:never-seen|x');
    expect(await write({ kind: 'patch-matching', matching: tagged, edit })).toMatchObject({
      change: { id: 'fresh', version: 3 },
    });
  });

  it('of a patient’s data 64 times at once with plain writes ends without refusal', async () => {
    await stage.write([{ kind: 'create', resource: patient('busy', 'Busy') }]);
    const edit = (text: string) => ({
      resource: JSON.parse(text) as ReturnType<typeof patient>,
    });
    const outcomes = await Promise.all(
      Array.from({ length: 64 }, async (_, i) => {
        const intents: WriteIntent[][] = [
          [{ kind: 'patch-matching', matching: byMrn('mrn-busy'), edit }],
          [{ kind: 'put', resource: patient('busy', `N${i}`) }],
          [{ kind: 'patch', type: 'Patient', id: 'busy', edit }],
          [{ kind: 'create', resource: observation(`busy-${i}`, 'busy', '2024-01-01') }],
        ];
        return (i % 8 < 4 ? stage.repository : other).write(intents[i % 4] ?? [], stage.context());
      }),
    );
    expect(outcomes.flat().every((each) => each.kind === 'written')).toBe(true);
    const found = await read(stage.database.appPool, open, { tenant, type: 'Patient', id: 'busy' });
    expect(found.kind === 'found' && found.version.version).toBe(1 + 48);
  });
});

describe('a transaction that is undone after its writes', () => {
  it('leaves nothing, and gives the audit records it had prepared back', async () => {
    const context = stage.context();
    let open = 0;
    const audit: typeof context.audit = {
      ...context.audit,
      prepare: (...decided) => {
        const sealed = context.audit.prepare(...decided);
        open += sealed.rows.length;
        return sealed;
      },
      release: (sealed) => {
        open -= sealed.rows.length;
        context.audit.release(sealed);
      },
    };
    const undone = stage.repository.write(
      [{ kind: 'create', resource: patient('undone', 'Undone') }],
      { ...context, audit, finish: async () => Promise.reject(new Error('a read failed')) },
    );
    await expect(undone).rejects.toThrow('a read failed');
    expect(open).toBe(0);
    expect((await stage.history({ type: 'Patient', id: 'undone' })).exists).toBe(false);
  });
});
