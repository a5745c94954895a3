import type { FailedEvent, GroupStatus, GroupWatch } from '@holdfast/events';
import type { SignalRecorder } from '@holdfast/visibility';

export interface ConsumerSignalsParts {
  readonly signals: Pick<SignalRecorder, 'report' | 'resolve'>;
  /** How a group stands now. */
  readonly status: (group: string) => Promise<GroupStatus | undefined>;
  readonly trouble: (error: unknown) => void;
}

/** From so many failed attempts on, some two seconds, what should pass does not. */
const PASSING_ATTEMPTS = 3;

const CAUSES = { parked: 'event-consumer-parked', dead: 'event-dead-letter' } as const;

/**
 * Tells operators whose data waits behind an event that could not be handled. A signal of a group ends
 * when none of its streams waits any more.
 */
export function consumerSignals(parts: ConsumerSignalsParts): GroupWatch {
  const { signals, status, trouble } = parts;
  const report = (cause: (typeof CAUSES)[keyof typeof CAUSES], failed: FailedEvent) => {
    const { tenant, patientId } = failed.event;
    signals.report({
      cause,
      dependency: failed.group,
      tenant,
      patients: patientId === null ? [] : [patientId],
      outcome: cause === CAUSES.parked ? 'delayed' : 'failed',
    });
  };
  return {
    onParked(failed) {
      // A lost race, as there are while much is written at once, is no failure yet: it is tried again
      // within a second.
      if (failed.isPassing && failed.attempts < PASSING_ATTEMPTS) return;
      report(CAUSES.parked, failed);
    },
    onDeadLetter: (failed) => report(CAUSES.dead, failed),
    onRecovered(group, { tenant }) {
      status(group).then((found) => {
        const ended = { dependency: group, tenant };
        if (found?.parkedStreams === 0) signals.resolve({ cause: CAUSES.parked, ...ended });
        if (found?.deadLetters === 0) signals.resolve({ cause: CAUSES.dead, ...ended });
      }, trouble);
    },
  };
}
