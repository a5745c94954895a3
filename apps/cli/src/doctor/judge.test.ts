import { describe, expect, it } from 'vitest';
import type { Finding } from './finding.ts';
import { syncsAlways } from './gather-facts.ts';
import { type BrokerJudgement, isSound, judgeBroker } from './judge-broker.ts';
import { judgeDisk, judgeKeys } from './judge-files.ts';
import { judgePostgres, type PostgresFacts } from './judge-postgres.ts';

/** What is not well, as `gravity: what was found`. */
const ills = (findings: readonly Finding[]) =>
  findings.flatMap(({ gravity, found, mend }) => {
    if (gravity === 'well') return [];
    expect(mend).not.toBeNull();
    return [`${gravity}: ${found}`];
  });

describe('the doctor on PostgreSQL', () => {
  const sound: PostgresFacts = {
    version: 180_004,
    settings: {
      ...{ wal_level: 'logical', fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' },
      ...{ max_connections: '100', max_replication_slots: '10', max_wal_senders: '10' },
      max_slot_wal_keep_size: '4096',
    },
    mayReplicate: true,
    slots: [{ name: 'holdfast_events_5', active: true, walStatus: 'reserved', keptBytes: 56 }],
    preparedTransactions: 0,
  };
  const [slot] = sound.slots;
  const set = (settings: Record<string, string>) =>
    ills(judgePostgres({ ...sound, settings: { ...sound.settings, ...settings } }));

  it('has nothing against a sound server', () => {
    expect(ills(judgePostgres(sound))).toEqual([]);
  });

  it.each([
    [{ fsync: 'off' }, /^must: fsync is off/],
    [{ synchronous_commit: 'off' }, /^must: synchronous_commit is off/],
    [{ wal_level: 'replica' }, /^should: wal_level is replica/],
    [{ max_replication_slots: '0' }, /^should: max_replication_slots is 0/],
    [{ max_slot_wal_keep_size: '-1' }, /^should: max_slot_wal_keep_size is unlimited/],
    [{ max_connections: '59' }, /^must: max_connections is 59/],
  ])('finds %j', (settings, finding) => {
    expect(set(settings)).toEqual([expect.stringMatching(finding)]);
  });

  it('finds versions, rights, slots and prepared transactions', () => {
    const found = (facts: Partial<PostgresFacts>) => ills(judgePostgres({ ...sound, ...facts }));
    expect(found({ version: 140_012 })).toEqual(['must: PostgreSQL 14']);
    expect(found({ version: 190_000 })).toEqual(['must: PostgreSQL 19']);
    expect(found({ mayReplicate: false })).toEqual(['should: the role may not replicate']);
    expect(found({ preparedTransactions: 2 })).toHaveLength(1);
    if (slot === undefined) throw new Error('there is a slot');
    expect(found({ slots: [{ ...slot, walStatus: 'lost' }] })[0]).toMatch(/^must: slot .* lost/);
    expect(found({ slots: [{ ...slot, active: false }] })[0]).toMatch(/^should: .* by nobody/);
    expect(found({ slots: [{ ...slot, keptBytes: 2e9 }] })[0]).toMatch(/^should: .* keeps/);
  });
});

describe('the doctor on a broker', () => {
  const server = { server: 'nats://a:4222', version: '2.12.3', jetstream: true, error: null };
  const sound: BrokerJudgement = {
    facts: {
      servers: [server, { ...server, version: '2.14.0' }],
      stream: { messages: 3, differences: [], copiesBehind: 0 },
    },
    replicas: 3,
    sync: [{ monitor: 'http://a:8222', always: true }],
    production: true,
  };

  it('has nothing against a sound cluster', () => {
    expect(ills(judgeBroker(sound))).toEqual([]);
  });

  it('asks in production for 2.12.3, synced writes and three copies, and else advises them', () => {
    const weak: BrokerJudgement = {
      ...sound,
      facts: { ...sound.facts, servers: [{ ...server, version: '2.9.10' }] },
      replicas: 1,
      sync: [{ monitor: 'http://a:8222', always: false }],
    };
    const finds = ['NATS 2.9.10, older', 'kept on one server', 'does not sync'];
    const production = ills(judgeBroker(weak));
    expect(production).toHaveLength(3);
    for (const [i, what] of finds.entries()) {
      expect(production[i]).toMatch(/^must: /);
      expect(production[i]).toContain(what);
    }
    for (const each of ills(judgeBroker({ ...weak, production: false }))) {
      expect(each).toMatch(/^should: /);
    }
    expect(ills(judgeBroker({ ...sound, sync: [] }))[0]).toContain('not known');
  });

  it('finds a server that is away, one without JetStream, and a stream that is not as it has to be', () => {
    const found = (facts: Partial<BrokerJudgement['facts']>) =>
      ills(judgeBroker({ ...sound, facts: { ...sound.facts, ...facts } }));
    const away = { ...server, version: null, error: 'CONNECTION_REFUSED' };
    expect(found({ servers: [away] })).toEqual(['must: nats://a:4222: CONNECTION_REFUSED']);
    expect(found({ servers: [{ ...server, jetstream: false }] })).toHaveLength(1);
    expect(found({ stream: null })).toEqual(['should: there is no stream of events yet']);
    const stream = { messages: 0, differences: ['storage is "memory"'], copiesBehind: 1 };
    expect(found({ stream })).toEqual([
      'must: the stream\'s storage is "memory"',
      'must: 1 copies of the stream do not follow',
    ]);
  });

  it('compares versions as numbers, and reads how a server syncs', () => {
    expect(['2.12.3', '2.12.10', '2.13.0-RC.1', '3.0.0'].every(isSound)).toBe(true);
    expect(['2.12.2', '2.9.30', '1.99.99'].some(isSound)).toBe(false);
    const varz = (config: object) => ({ jetstream: { config } });
    expect(syncsAlways(varz({ sync_interval: 120e9, sync_always: true }))).toBe(true);
    expect(syncsAlways(varz({ sync_interval: 120e9 }))).toBe(false);
    expect(syncsAlways(varz({}))).toBeNull();
    expect(syncsAlways(null)).toBeNull();
  });
});

describe('the doctor on files', () => {
  it('finds keys that others may read, and keys that are not there', () => {
    expect(ills(judgeKeys('/k', [{ name: 'a.key', mode: 0o100600 }]))).toEqual([]);
    expect(ills(judgeKeys('/k', [{ name: 'a.key', mode: 0o100640 }]))).toEqual([
      'must: a.key is readable by others',
    ]);
    expect(ills(judgeKeys('/k', null))).toEqual(['should: no keys in /k']);
  });

  it.each([
    [50, 'well'],
    [10, 'well'],
    [9.9, 'should'],
    [3, 'should'],
    [2.9, 'must'],
  ])('weighs %d %% of free space as %s', (percent, gravity) => {
    expect(judgeDisk('/d', { free: percent, total: 100 }).gravity).toBe(gravity);
  });
});
