import type { FailedEvent, GroupStatus, GroupWatch } from '@holdfast/events';
import type { SignalRecorder, SignalSummary } from '@holdfast/visibility';

export interface ConsumerSignalsParts {
  readonly signals: Pick<SignalRecorder, 'report' | 'resolve' | 'list'>;
  /** How a group stands now. */
  readonly status: (group: string) => Promise<GroupStatus | undefined>;
  readonly trouble: (error: unknown) => void;
}

/** From so many failed attempts on, some two seconds, what should pass does not. */
const PASSING_ATTEMPTS = 3;

const CAUSES = { parked: 'event-consumer-parked', dead: 'event-dead-letter' } as const;

export interface ConsumerSignals extends GroupWatch {
  /**
   * Ends signals that an earlier process left open, of groups of which nothing waits now: it may have
   * died between the recovery and the note of it. Never rejects.
   */
  settle(): Promise<void>;
}

/**
 * Tells operators whose data waits behind an event that could not be handled. A signal of a group ends
 * when none of its streams waits any more.
 */
export function consumerSignals(parts: ConsumerSignalsParts): ConsumerSignals {
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
  /** Of a group of which none waits any more, or none is dead. */
  const endOf = async (group: string, tenants: Iterable<SignalSummary['tenant']>) => {
    const found = await status(group);
    for (const tenant of tenants) {
      const ended = { dependency: group, tenant };
      if (found?.parkedStreams === 0) signals.resolve({ cause: CAUSES.parked, ...ended });
      if (found?.deadLetters === 0) signals.resolve({ cause: CAUSES.dead, ...ended });
    }
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
      endOf(group, [tenant]).catch(trouble);
    },
    async settle() {
      const tenantsOf = new Map<string, Set<SignalSummary['tenant']>>();
      for (const { cause, dependency, tenant, resolvedAt } of signals.list()) {
        const isOurs = cause === CAUSES.parked || cause === CAUSES.dead;
        if (!isOurs || resolvedAt !== null || dependency === null) continue;
        tenantsOf.set(dependency, (tenantsOf.get(dependency) ?? new Set()).add(tenant));
      }
      for (const [group, tenants] of tenantsOf) await endOf(group, tenants).catch(trouble);
    },
  };
}
