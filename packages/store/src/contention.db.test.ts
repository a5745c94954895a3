import { runs, seededRandom } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WriteIntent } from './index.ts';
import { STREAM_LOCKS_MAX } from './limits.ts';
import {
  criteria,
  observation,
  patient,
  type StoreStage,
  storeStage,
} from './testing/store-stage.ts';

let stage: StoreStage;
beforeAll(async () => {
  stage = await storeStage();
});
afterAll(() => stage.database.drop());

const WRITERS = 64;

describe('64 writers at once', () => {
  it.each([
    ['of one patient', 1],
    ['of 64 patients', WRITERS],
  ])('%s all succeed, and no update is lost', async (_, patients) => {
    const id = (i: number) => `w${patients}-${i % patients}`;
    await stage.write(
      Array.from({ length: patients }, (_item, i) => ({
        kind: 'create',
        resource: patient(id(i), 'Zero'),
      })),
    );
    // Half of them in another process's repository: the queue of one knows nothing of the other.
    const other = stage.another();
    const outcomes = await Promise.all(
      Array.from({ length: WRITERS }, async (_item, i) => {
        const intents: WriteIntent[] = [{ kind: 'put', resource: patient(id(i), `N${i}`) }];
        return (i % 2 === 0 ? stage.repository : other).write(intents, stage.context());
      }),
    );
    const versions = outcomes
      .flat()
      .map((each) => (each.kind === 'written' ? each.change.version : 0));
    const each = WRITERS / patients;
    expect(Math.max(...versions)).toBe(1 + each);
    expect(new Set(versions).size).toBe(each);
  });
});

describe('bundles that overlap', () => {
  it('in any order end without deadlock, refusal or lost update', async () => {
    const random = seededRandom(5);
    const ids = Array.from({ length: 8 }, (_, i) => `ov-${i}`);
    const repositories = Array.from({ length: 4 }, () => stage.another());
    const written = new Map<string, number>();
    const bundles = Array.from({ length: runs(40) }, (_, n) => {
      const chosen = ids.filter(() => random.chance(0.5)).sort(() => (random.chance(0.5) ? 1 : -1));
      const puts = chosen.map((id): WriteIntent => {
        written.set(id, (written.get(id) ?? 0) + 1);
        return random.chance(0.3)
          ? {
              kind: 'put-matching',
              ownId: true,
              resource: patient(id, `B${n}`),
              matching: criteria('Patient', `identifier=urn:mrn|mrn-${id}`),
            }
          : { kind: 'put', resource: patient(id, `B${n}`) };
      });
      const of = chosen[0];
      const create: WriteIntent[] =
        of === undefined
          ? []
          : [
              {
                kind: 'create',
                resource: observation(`ov-o-${n}`, of, '2024-01-01', 'ov'),
                unless: criteria('Observation', `code=ov&subject=Patient/${of}`),
              },
            ];
      return [...create, ...puts];
    });
    const outcomes = await Promise.all(
      bundles.map(async (intents, n) => repositories[n % 4]?.write(intents, stage.context())),
    );
    expect(outcomes).toHaveLength(bundles.length);
    for (const [id, times] of written) {
      const { versions } = await stage.history({ type: 'Patient', id });
      expect([id, versions.length, versions[0]?.version]).toEqual([id, times, times]);
    }
    const once = await stage.history({ type: 'Observation' });
    const patients = once.versions
      .map(({ facts }) => facts.patientId)
      .filter((id) => id?.startsWith('ov-'));
    expect(new Set(patients).size).toBe(patients.length);
  });

  it('with more patients than locks take the tenant alone, and small writes get through', async () => {
    const many = Array.from({ length: STREAM_LOCKS_MAX + 1 }, (_, i) =>
      patient(`alone-${i}`, 'Many'),
    );
    const large = () =>
      stage.another().write(
        many.map((resource) => ({ kind: 'put', resource })),
        stage.context(),
      );
    const small = (i: number) =>
      stage.write([{ kind: 'put', resource: patient(`alone-${i}`, 'Small') }]);
    await Promise.all([large(), small(0), large(), small(1), small(2)]);
    const { versions } = await stage.history({ type: 'Patient', id: 'alone-1' });
    expect(versions).toHaveLength(3);
  });
});
