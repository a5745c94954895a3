import type { Resource } from '@holdfast/fhir';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FhirRepository, Identified } from './index.ts';
import { patient, type StoreStage, storeStage } from './testing/store-stage.ts';

const [N, R] = [3, 4];
const SECRET = 1n << 14n;

/** Labels as the tests' resources state them: `R` where they have a tag, and procedures tell of visits. */
const labelsOf = (resource: Resource) => {
  const isSecret = resource['meta'] !== undefined;
  return {
    confidentiality: isSecret ? R : N,
    sensitivity: isSecret ? SECRET : 0n,
    labelling: 0,
    labelsEncounter: resource.resourceType === 'Procedure',
  };
};

let stage: StoreStage;
let repository: FhirRepository;

beforeAll(async () => {
  stage = await storeStage();
  repository = stage.another({ labelsOf });
  await write(patient('p', 'Lovelace'));
});
afterAll(() => stage.database.drop());

const write = (...resources: readonly Identified[]) =>
  repository.write(
    resources.map((resource) => ({ kind: 'put', resource })),
    stage.context(),
  );

const secret = { meta: { tag: [{ code: 'secret' }] } };
const part = (resourceType: string, id: string, rest: object = {}): Identified => ({
  resourceType: resourceType as Identified['resourceType'],
  id,
  subject: { reference: 'Patient/p' },
  ...rest,
});
const episode = (id: string, rest: object = {}): Identified => ({
  ...part('EpisodeOfCare', id, rest),
  patient: { reference: 'Patient/p' },
});
const during = (id: string) => ({ encounter: { reference: `Encounter/${id}` } });

async function labels(...ids: readonly string[]) {
  const { rows } = await stage.database.pool.query<{ id: string; secret: boolean }>(
    `select id, confidentiality = ${R} and sensitivity = ${SECRET} as secret from resource where id = any($1)`,
    [ids],
  );
  const found = new Map(rows.map((row) => [row.id, row.secret]));
  return ids.map((id) => found.get(id));
}

describe('STO-18 labels along the Encounter', () => {
  it('what is recorded in a labelled Encounter shares its labels', async () => {
    await write(part('Encounter', 'e1', secret));
    await write(part('Observation', 'o1', during('e1')), part('Observation', 'o1-other'));
    expect(await labels('e1', 'o1', 'o1-other')).toEqual([true, true, false]);
  });

  it('a procedure says what the Encounter was about, whatever came first', async () => {
    await write(part('Encounter', 'e2'));
    await write(part('Observation', 'o2', during('e2')));
    expect(await labels('e2', 'o2')).toEqual([false, false]);
    await write(part('Procedure', 'x2', { ...during('e2'), ...secret }));
    expect(await labels('x2', 'e2', 'o2')).toEqual([true, true, true]);
    await write(part('Observation', 'o2-later', during('e2')));
    expect(await labels('o2-later')).toEqual([true]);
  });

  it('an observation does not', async () => {
    await write(part('Encounter', 'e3'));
    await write(part('Observation', 'o3', { ...during('e3'), ...secret }));
    expect(await labels('o3', 'e3')).toEqual([true, false]);
  });

  it('all in one transaction, in any order', async () => {
    await write(
      part('Observation', 'o4', during('e4')),
      part('Procedure', 'x4', { ...during('e4'), ...secret }),
      part('Encounter', 'e4'),
    );
    expect(await labels('o4', 'x4', 'e4')).toEqual([true, true, true]);
  });

  it('an EpisodeOfCare passes its labels to its Encounters and what is in them', async () => {
    await write(episode('c5'));
    await write(part('Encounter', 'e5', { episodeOfCare: [{ reference: 'EpisodeOfCare/c5' }] }));
    await write(part('Observation', 'o5', during('e5')));
    await write(episode('c5', secret));
    expect(await labels('c5', 'e5', 'o5')).toEqual([true, true, true]);
  });

  it('an Encounter does not pass them up', async () => {
    await write(episode('c6'));
    await write(
      part('Encounter', 'e6', { ...secret, episodeOfCare: [{ reference: 'EpisodeOfCare/c6' }] }),
    );
    expect(await labels('e6', 'c6')).toEqual([true, false]);
  });

  it('a new version shares them again, a tombstone keeps them, and the events say so', async () => {
    await write(part('Observation', 'o1', { ...during('e1'), status: 'final' }));
    expect(await labels('o1')).toEqual([true]);
    await repository.write([{ kind: 'delete', type: 'Observation', id: 'o1' }], stage.context());
    expect(await labels('o1')).toEqual([true]);
    const { rows } = await stage.database.pool.query(
      `select distinct confidentiality, sensitivity from event where resource_id = 'o1'`,
    );
    expect(rows).toEqual([{ confidentiality: R, sensitivity: String(SECRET) }]);
  });
});

describe('STO-19 what was labelled by older label sets', () => {
  it('is refused, and made anew by those in force', async () => {
    const pool = stage.database.pool;
    await pool.query('insert into tenant_state (tenant, labelling) values (1, 1)');
    let labelling = 0;
    const behind = stage.another({ labelsOf: (each) => ({ ...labelsOf(each), labelling }) });
    const context = stage.context();
    const gates = {
      ...context.gates,
      refresh: async (nowMs: number) => {
        labelling = 1;
        return context.gates.refresh(nowMs);
      },
    };
    const resource = part('Observation', 'o7');
    await behind.write([{ kind: 'put', resource }], { ...context, gates });
    const { rows } = await pool.query(`select labelling from resource where id = 'o7'`);
    expect(rows).toEqual([{ labelling: 1 }]);
  });
});
