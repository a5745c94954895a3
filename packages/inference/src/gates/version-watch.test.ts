import { describe, expect, it } from 'vitest';
import type { InferenceRecord } from '../orchestrator/inference-record.ts';
import { VersionWatch } from './version-watch.ts';

type Told = Pick<InferenceRecord, 'arm' | 'attempts' | 'output'>;

function told(version: string, change: { outcome?: string; durationMs?: number; pulse?: number }) {
  const { outcome = 'answered', durationMs = 2, pulse = 80 } = change;
  const record: Told = {
    arm: 'canary',
    attempts: [
      {
        ...{ rung: 'backend', component: 'pool', model: `m@${version}` },
        ...{ startedAt: '', durationMs, outcome },
      },
    ],
    output: {
      ...{ score: `m@${version}`, evaluable: true, total: 0, lowerBound: 0, band: 'low' },
      parts: [{ code: '8867-4', name: 'pulse', value: pulse, points: null }],
      ...{ flags: [], signals: [] },
    },
  };
  return record as InferenceRecord; // all that is looked at
}

/** From -12 to 12, evenly. */
const around = (i: number): number => (i % 25) - 12;
const versions = { watched: 'm@2', against: 'm@1' };

function watching(of: (i: number) => Parameters<typeof told>[1], answers = 600): VersionWatch {
  const watch = new VersionWatch();
  for (let i = 0; i < answers; i++) {
    watch.answered(told('1', { pulse: 80 + around(i) }));
    watch.answered(told('2', { pulse: 80 + around(i), ...of(i) }));
  }
  return watch;
}

describe('the watch over versions', () => {
  it('leaves a version alone that does as the one before', () => {
    expect(watching(() => ({})).look(versions)).toBeNull();
  });

  it.each([
    ['fails', (i: number) => ({ outcome: i % 10 === 0 ? 'scorer-failed' : 'answered' }), 'errors'],
    ['is slow', (i: number) => ({ durationMs: i % 20 === 0 ? 40 : 2 }), 'latency'],
    ['is fed otherwise', (i: number) => ({ pulse: 120 + around(i) }), 'drift'],
  ] as const)('finds one that %s', (_, of, gate) => {
    const report = watching(of).look(versions);
    expect(report?.findings.filter(({ verdict }) => verdict === 'fail')).toMatchObject([{ gate }]);
  });

  it('does not blame a version for a child that died', () => {
    const watch = watching((i) => ({ outcome: i % 3 === 0 ? 'exited' : 'answered' }));
    expect(watch.look(versions)).toBeNull();
  });

  it('looks only after so many new answers', () => {
    const watch = watching((i) => ({ outcome: i % 10 === 0 ? 'scorer-failed' : 'answered' }));
    expect(watch.look(versions)).not.toBeNull();
    expect(watch.look(versions)).toBeNull();
  });
});
