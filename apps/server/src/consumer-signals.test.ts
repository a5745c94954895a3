import type { FailedEvent, GroupStatus, RecordedEvent } from '@holdfast/events';
import type { PatientId, TenantId } from '@holdfast/kernel';
import type { SignalSummary } from '@holdfast/visibility';
import { expect, it } from 'vitest';
import { consumerSignals } from './consumer-signals.ts';

const event = { tenant: 1 as TenantId, patientId: 'ada' as PatientId } as RecordedEvent;
const failed: FailedEvent = {
  group: 'scores',
  event,
  attempts: 1,
  reason: 'Error: no',
  isPassing: false,
};
const key = { dependency: 'scores', tenant: 1 };

it('an event that could not be handled is a signal until none of its group waits', async () => {
  const told: unknown[] = [];
  const note = (what: unknown) => {
    told.push(what);
    return null;
  };
  let stands = { parkedStreams: 1, deadLetters: 1 } as GroupStatus;
  const watch = consumerSignals({
    signals: {
      report: note,
      resolve: note,
      list: () => [],
    },
    status: async () => stands,
    trouble: (error) => {
      throw error;
    },
  });
  watch.onParked(failed);
  watch.onDeadLetter({ ...failed, event: { ...event, patientId: null } });
  expect(told.splice(0)).toEqual([
    { cause: 'event-consumer-parked', ...key, patients: ['ada'], outcome: 'delayed' },
    { cause: 'event-dead-letter', ...key, patients: [], outcome: 'failed' },
  ]);
  watch.onRecovered('scores', event);
  await Promise.resolve();
  expect(told).toEqual([]);
  stands = { parkedStreams: 0, deadLetters: 0 } as GroupStatus;
  watch.onRecovered('scores', event);
  await expect
    .poll(() => told)
    .toEqual([
      { cause: 'event-consumer-parked', ...key },
      { cause: 'event-dead-letter', ...key },
    ]);
});

it('a lost race is no signal before it was lost again and again', () => {
  const told: unknown[] = [];
  const watch = consumerSignals({
    signals: { report: (what) => (told.push(what), null), resolve: () => null, list: () => [] },
    status: async () => undefined,
    trouble: () => undefined,
  });
  for (const attempts of [1, 2]) watch.onParked({ ...failed, attempts, isPassing: true });
  expect(told).toEqual([]);
  watch.onParked({ ...failed, attempts: 3, isPassing: true });
  expect(told).toHaveLength(1);
});

it('what an earlier process left open ends where nothing of the group waits', async () => {
  const ended: unknown[] = [];
  const open = { cause: 'event-consumer-parked', tenant: 1, resolvedAt: null } as SignalSummary;
  const watch = consumerSignals({
    signals: {
      report: () => null,
      resolve: (what) => (ended.push(what), null),
      list: () => [
        { ...open, dependency: 'scores' },
        { ...open, dependency: 'still-waits' },
        { ...open, dependency: 'of-no-group' },
        { ...open, dependency: 'over', resolvedAt: new Date(0) },
        { ...open, dependency: 'postgres', cause: 'postgres-unavailable' },
      ],
    },
    status: async (group) => {
      const parkedStreams = group === 'still-waits' ? 1 : 0;
      return group === 'of-no-group'
        ? undefined
        : ({ parkedStreams, deadLetters: 1 } as GroupStatus);
    },
    trouble: (error) => {
      throw error;
    },
  });
  await watch.settle();
  expect(ended).toEqual([{ cause: 'event-consumer-parked', dependency: 'scores', tenant: 1 }]);
});
