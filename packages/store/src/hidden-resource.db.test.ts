import type { FaultDetail } from '@holdfast/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessGate, GateSource, WriteIntent } from './index.ts';
import {
  criteria,
  gateOf,
  observation,
  patient,
  type StoreStage,
  storeStage,
} from './testing/store-stage.ts';

// The table of docs/writing.md, row by row: what a writer is told about a patient who is hidden
// from them is what they are told about one who is not there.

let stage: StoreStage;
const hidden = gateOf(new Set(['hidden']));
beforeAll(async () => {
  stage = await storeStage();
  await stage.write([
    { kind: 'create', resource: patient('hidden', 'Hidden', 'hidden-mrn') },
    { kind: 'create', resource: observation('hidden-o', 'hidden', '2024-01-01') },
  ]);
});
afterAll(() => stage.database.drop());

/** What came of it, ids taken out: two outcomes that look alike are alike. */
async function told(intent: WriteIntent, names: readonly string[]): Promise<string> {
  const text = await stage.write([intent], hidden).then(
    ([outcome]) =>
      outcome?.kind === 'written' ? outcome.change.interaction : (outcome?.kind ?? ''),
    ({ code, message, detail }: { code: string; message: string; detail: FaultDetail }) => {
      // The cause is for the audit alone: it never enters an answer.
      const { cause: _, ...shown } = detail;
      return `${code} ${message} ${JSON.stringify(shown)}`;
    },
  );
  return names.reduce((rest, name) => rest.replaceAll(name, '?'), text);
}

const edit = (content: string) => ({ resource: JSON.parse(content) as ReturnType<typeof patient> });
const mrn = (name: string) => criteria('Patient', `identifier=urn:mrn|${name}-mrn`);

describe('what a writer is told about a hidden resource', () => {
  it.each<[string, (name: 'hidden' | 'absent') => WriteIntent, string]>([
    ['PATCH', (name) => ({ kind: 'patch', type: 'Patient', id: name, edit }), 'STORE_NOT_FOUND'],
    ['DELETE', (name) => ({ kind: 'delete', type: 'Patient', id: name }), 'STORE_NOT_FOUND'],
    [
      'PUT with If-Match',
      (name) => ({ kind: 'put', resource: patient(name, 'X'), ifMatch: 1 }),
      'STORE_VERSION_CONFLICT',
    ],
    [
      'PATCH with If-Match',
      (name) => ({ kind: 'patch', type: 'Patient', id: name, edit, ifMatch: 1 }),
      'STORE_VERSION_CONFLICT',
    ],
    [
      'DELETE with If-Match',
      (name) => ({ kind: 'delete', type: 'Patient', id: name, ifMatch: 1 }),
      'STORE_VERSION_CONFLICT',
    ],
    [
      'a create under If-None-Exist',
      (name) => ({
        kind: 'create',
        resource: patient(`c-${name}`, 'X', 'other'),
        unless: mrn(name),
      }),
      'create',
    ],
    [
      'a conditional update',
      (name) => ({
        kind: 'put-matching',
        ownId: false,
        resource: patient(`u-${name}`, 'X', 'other'),
        matching: mrn(name),
      }),
      'create',
    ],
    [
      'a conditional patch',
      (name) => ({ kind: 'patch-matching', edit, matching: mrn(name) }),
      'STORE_NOT_FOUND',
    ],
    [
      'a conditional delete',
      (name) => ({ kind: 'delete-matching', matching: mrn(name) }),
      'nothing',
    ],
    [
      'a create in the patient’s record',
      (name) => ({ kind: 'create', resource: observation(`o-${name}`, name, '2024-01-01') }),
      'STORE_REFERENCE_MISSING',
    ],
    [
      'an update into the patient’s record',
      (name) => ({ kind: 'put', resource: observation(`p-${name}`, name, '2024-01-01') }),
      'STORE_REFERENCE_MISSING',
    ],
  ])('by %s is what it would be if there were none', async (_, intent, expected) => {
    const [ofHidden, ofAbsent] = [
      await told(intent('hidden'), ['hidden']),
      await told(intent('absent'), ['absent']),
    ];
    expect(ofHidden).toBe(ofAbsent);
    expect(ofHidden).toContain(expected);
  });

  it('by PUT is the one bit that its id is taken, and nothing is overwritten', async () => {
    const put = (id: string, more: object = {}): WriteIntent => ({
      kind: 'put',
      resource: patient(id, 'X'),
      ...more,
    });
    expect(await told(put('hidden'), [])).toContain('STORE_NOT_FOUND');
    expect(await told(put('free-1'), [])).toBe('create');
    expect(await told(put('hidden', { ifAbsent: true }), [])).toContain('STORE_ALREADY_THERE');
    const { versions } = await stage.history({ type: 'Patient', id: 'hidden' });
    expect(versions.map(({ version }) => version)).toEqual([1]);
  });

  it('by PUT is nothing where updates may not create', async () => {
    const closed = stage.another({ updateCreates: false });
    const codes = ['hidden', 'absent-too'].map((id) =>
      closed
        .write([{ kind: 'put', resource: patient(id, 'X') }], stage.context(hidden))
        .catch((error: { code: string }) => error.code),
    );
    expect(await Promise.all(codes)).toEqual(['STORE_NOT_FOUND', 'STORE_NOT_FOUND']);
  });

  it('does not depend on a patch that names them', async () => {
    await stage.write([{ kind: 'create', resource: patient('seen', 'Seen') }]);
    await stage.write([{ kind: 'create', resource: observation('seen-o', 'seen', '2024-01-01') }]);
    const move = (to: string): WriteIntent => ({
      kind: 'patch',
      type: 'Observation',
      id: 'seen-o',
      edit: () => ({ resource: observation('seen-o', to, '2024-01-01') }),
    });
    const [ofHidden, ofAbsent] = [
      await told(move('hidden'), ['hidden']),
      await told(move('absent'), ['absent']),
    ];
    expect(ofHidden).toBe(ofAbsent);
    expect(ofHidden).toContain('STORE_REFERENCE_MISSING');
    expect(await told(move('seen'), [])).toBe('update');
  });
});

describe('a role that may not write', () => {
  const gate: AccessGate = {
    epoch: 1_000n,
    validUntil: Number.POSITIVE_INFINITY,
    decide: ({ type }) => ({ kind: type === 'Observation' ? 'release' : 'hide' }),
    hides: () => [],
    releasable: () => 'true',
  };
  const observationsOnly: GateSource = { current: () => gate, refresh: async () => gate };

  it('is told so, whoever the patient is', async () => {
    const write = (resource: ReturnType<typeof patient>) =>
      stage.write([{ kind: 'create', resource }], observationsOnly);
    await expect(write(patient('role-1', 'X'))).rejects.toMatchObject({ code: 'STORE_FORBIDDEN' });
    await expect(write(observation('role-2', 'hidden', '2024-01-01'))).resolves.toHaveLength(1);
  });
});
