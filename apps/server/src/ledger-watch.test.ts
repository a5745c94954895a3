import type { TenantId } from '@holdfast/kernel';
import type { LogStatus } from '@holdfast/ledger';
import { fakeClock } from '@holdfast/testkit';
import type { CauseCode } from '@holdfast/visibility';
import { describe, expect, it } from 'vitest';
import { LedgerWatch } from './ledger-watch.ts';
import { LEDGER_STALE_MS } from './limits.ts';

const tenant = 1 as TenantId;

function watched() {
  const clock = fakeClock('2026-11-24T08:00:00Z');
  let status: Partial<LogStatus> = { pendingSince: null, halted: false };
  const due: { at: number; run: () => void }[] = [];
  const open = new Set<CauseCode>();
  const watch = new LedgerWatch({
    tenant,
    clock,
    sequencer: () => ({ wake: () => undefined, status: () => status as LogStatus }),
    signals: {
      report: ({ cause }) => {
        open.add(cause);
        return null;
      },
      resolve: ({ cause }) => {
        open.delete(cause);
        return null;
      },
    },
    timers: {
      after: (ms, run) => {
        const timer = { at: clock.monotonicMs() + ms, run };
        due.push(timer);
        return () => due.splice(due.indexOf(timer), 1);
      },
    },
  });
  return {
    watch,
    open,
    due,
    is: (changes: Partial<LogStatus>) => {
      status = { ...status, ...changes };
    },
    pass: (ms: number) => {
      clock.advance(ms);
      for (const timer of due.filter(({ at }) => at <= clock.monotonicMs())) {
        due.splice(due.indexOf(timer), 1);
        timer.run();
      }
    },
    now: () => clock.now(),
  };
}

describe('the watch over the log', () => {
  it('reports records that wait too long for a checkpoint, and their end', () => {
    const { watch, open, is, pass, now } = watched();
    is({ pendingSince: now() });
    watch.committed();
    pass(LEDGER_STALE_MS - 1);
    expect([watch.state(), ...open]).toEqual(['ok']);
    pass(1);
    expect([watch.state(), ...open]).toEqual(['behind', 'ledger-checkpoint-stale']);
    is({ pendingSince: null });
    pass(LEDGER_STALE_MS);
    expect([watch.state(), ...open]).toEqual(['ok']);
  });

  it('judges by the oldest record that waits, not by the first one it was told of', () => {
    const { watch, open, is, pass, now, due } = watched();
    is({ pendingSince: now() });
    watch.committed();
    pass(LEDGER_STALE_MS / 2);
    is({ pendingSince: now() });
    pass(LEDGER_STALE_MS / 2);
    expect([...open]).toEqual([]);
    pass(LEDGER_STALE_MS / 2);
    expect([...open]).toEqual(['ledger-checkpoint-stale']);
    expect(due).toHaveLength(1);
  });

  it('arms nothing while nothing waits', () => {
    const { watch, is, pass, due } = watched();
    watch.committed();
    is({ pendingSince: null });
    pass(LEDGER_STALE_MS);
    expect(due).toEqual([]);
  });

  it('names a halted log and refused records', () => {
    const { watch, open, is } = watched();
    is({ halted: true });
    watch.halted();
    watch.appendFailed();
    expect(watch.state()).toBe('halted');
    expect([...open]).toEqual(['ledger-halted', 'audit-append-failed']);
    watch.signed();
    expect([...open]).toEqual(['audit-append-failed']);
  });
});
