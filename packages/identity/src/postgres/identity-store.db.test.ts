import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storedKeys } from '../blocking/stored-keys.ts';
import { judgeCandidates } from '../decide/judge-candidates.ts';
import { identityLimits } from '../limits.ts';
import { identityMigrations } from '../migrations.ts';
import { person, populationScorer } from '../testing/people.ts';
import { findCandidates, keepKeys } from './key-index.ts';
import { factsOf, type KeptLink, keepLinks, linkedPatients } from './link-store.ts';

const tenant = 1;
let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ migrations: [identityMigrations] });
});
afterAll(() => db.drop());

const known = { given: 'Ada', family: 'Kaya', birthDate: '1980-02-03', postcode: '10115' };
const keysOf = (own: Parameters<typeof person>[1]) => storedKeys(person('x', own));

async function keep(patient: string, own: Parameters<typeof person>[1]): Promise<void> {
  await keepKeys(db.appPool, { tenant, patient }, keysOf(own));
}

describe('the index of keys', () => {
  it('finds who shares a value, those who share most first, and not who asks', async () => {
    await keep('same', known);
    await keep('namesake', { given: 'Ada', family: 'Kaya' });
    await keep('stranger', { given: 'Goran', family: 'Moreau', birthDate: '1955-11-28' });
    const found = await findCandidates(db.appPool, { tenant, except: 'x' }, keysOf(known));
    expect(found).toEqual(['same', 'namesake']);
    const others = await findCandidates(db.appPool, { tenant, except: 'same' }, keysOf(known));
    expect(others).toEqual(['namesake']);
  });

  it('follows a record that changed, and forgets one that went', async () => {
    await keep('moves', { birthDate: '1971-01-01' });
    await keep('moves', { birthDate: '1972-02-02' });
    const at = (birthDate: string) => findCandidates(db.appPool, { tenant }, keysOf({ birthDate }));
    expect(await at('1971-01-01')).toEqual([]);
    expect(await at('1972-02-02')).toEqual(['moves']);
    await keepKeys(db.appPool, { tenant, patient: 'moves' }, []);
    expect(await at('1972-02-02')).toEqual([]);
  });

  it('takes no account of a value that more share than the limit', async () => {
    const most = identityLimits.recordsPerKey;
    const born = { birthDate: '1900-01-01' };
    for (let at = 0; at < most; at++) await keep(`placeholder-${at}`, born);
    const found = await findCandidates(db.appPool, { tenant }, keysOf(born));
    expect(found).toHaveLength(identityLimits.candidates);
    await keep('one-more', born);
    expect(await findCandidates(db.appPool, { tenant }, keysOf(born))).toEqual([]);
  });

  it('holds as many values of one key as the limit', () => {
    const phones = Array.from(
      { length: identityLimits.valuesPerKey + 1 },
      (_, at) => `555000${at}`,
    );
    expect(keysOf({ phones })).toHaveLength(identityLimits.valuesPerKey);
  });

  it('is behind the tenant wall', async () => {
    await db.pool.query(
      `insert into identity_key (tenant, key, value, patient)
       select 2, key, value, 'elsewhere' from identity_key where patient = 'same'`,
    );
    const found = await findCandidates(db.appPool, { tenant: 2 }, keysOf(known));
    expect(found).toEqual([]);
  });
});

describe('links', () => {
  const score = populationScorer();
  const linkTo = (other: string, state: KeptLink['state']): KeptLink => {
    const [judged] = judgeCandidates(person('x', known), [person(other, known)], score);
    if (judged === undefined) throw new Error('one was judged');
    return { other, state, score: judged.score, judgement: judged.judgement };
  };
  interface Row {
    readonly one: string;
    readonly other: string;
    readonly state: string;
    readonly xmin: string;
  }
  const rows = async (): Promise<readonly Row[]> => {
    const found = await db.pool.query<Row>(
      'select one, other, state, xmin::text from identity_link order by 1, 2',
    );
    return found.rows;
  };

  it('are kept once for both sides, replaced together, and not written again by a replay', async () => {
    const at = { tenant, patient: 'm' };
    await keepLinks(db.appPool, at, [linkTo('a', 'linked'), linkTo('z', 'review')]);
    const before = await rows();
    expect(before.map(({ one, other, state }) => [one, other, state])).toEqual([
      ['a', 'm', 'linked'],
      ['m', 'z', 'review'],
    ]);
    await keepLinks(db.appPool, at, [linkTo('a', 'linked'), linkTo('z', 'review')]);
    expect(await rows()).toEqual(before);
    await keepLinks(db.appPool, at, [linkTo('a', 'linked')]);
    expect(await rows()).toEqual(before.slice(0, 1));
  });

  it('make one person of records linked with one another, and of no chain', async () => {
    await keepLinks(db.appPool, { tenant, patient: 'b' }, [linkTo('c', 'linked')]);
    await keepLinks(db.appPool, { tenant, patient: 'c' }, [
      linkTo('b', 'linked'),
      linkTo('d', 'linked'),
      linkTo('q', 'review'),
    ]);
    expect(await linkedPatients(db.appPool, tenant, ['b'])).toEqual(['c']);
    expect(await linkedPatients(db.appPool, tenant, ['c'])).toEqual(['b', 'd']);
  });

  it('go by what a steward said, on whichever side', async () => {
    await db.appPool.query(
      `insert into identity_fact (tenant, one, other, verdict, steward)
       values (1, 'b', 'm', 'different', 's'), (1, 'm', 'y', 'same', 's')`,
    );
    expect(await factsOf(db.appPool, { tenant, patient: 'm' })).toEqual(
      new Map([
        ['b', 'different'],
        ['y', 'same'],
      ]),
    );
  });
});
