import type { TenantId } from '@holdfast/kernel';
import { describe, expect, it } from 'vitest';
import type { CauseCode } from '../causes.ts';
import type { SignalSummary } from '../signal.ts';
import { ended, joined, minute, record, summary, written } from '../testing/incident-record.ts';
import type { IncidentEntry } from './incident.ts';
import { placeSignal } from './place-signal.ts';
import { incidentAt } from './timeline.ts';

function placed(signal: Partial<SignalSummary>, ...entries: IncidentEntry[]): string {
  const incident = incidentAt(record(...entries), minute(60));
  return placeSignal(summary(signal), incident === null ? [] : [incident]).into;
}

const outage = joined('outage', 'postgres-unavailable', 0);

describe('a signal opens an incident', () => {
  it.each<[CauseCode, Partial<SignalSummary>, string]>([
    ['ledger-halted', {}, 'a new incident'],
    ['request-failed-internal', { patientCount: 0 }, 'no incident'],
    ['request-failed-internal', { patientCount: 1 }, 'a new incident'],
    ['request-failed-internal', { patientsUncounted: 1 }, 'a new incident'],
    ['inference-overloaded', { tier: 1 }, 'no incident'],
    ['inference-overloaded', { tier: 0 }, 'a new incident'],
    ['ledger-unwitnessed', { patientCount: 9, tier: 0 }, 'no incident'],
  ])('%s %j: %s', (cause, signal, where) => {
    expect(placed({ cause, ...signal })).toBe(where);
  });
});

describe('a signal joins an incident', () => {
  it('as the effect of a failure that is part of it, however minor', () => {
    expect(placed({ cause: 'event-consumer-parked', openedAt: minute(3) }, outage)).toBe(
      'incident-1',
    );
  });

  it('as its cause, noticed later', () => {
    const effect = joined('effect', 'event-consumer-parked', 0);
    expect(placed({ cause: 'postgres-unavailable', openedAt: minute(2) }, effect)).toBe(
      'incident-1',
    );
  });

  it('not as an effect that was over before the failure began', () => {
    const parked = { cause: 'event-consumer-parked', openedAt: minute(-8) } as const;
    expect(placed({ ...parked, resolvedAt: minute(-7) }, outage)).toBe('no incident');
    expect(placed({ ...parked, resolvedAt: minute(-1) }, outage)).toBe('incident-1');
    expect(placed({ ...parked, resolvedAt: null }, outage)).toBe('incident-1');
    const before = [joined('effect', 'event-consumer-parked', 0), ended('effect', 2)];
    const failure = 'postgres-unavailable';
    expect(placed({ cause: failure, openedAt: minute(3) }, ...before)).toBe('incident-1');
    expect(placed({ cause: failure, openedAt: minute(4) }, ...before)).toBe('a new incident');
  });

  it('not where the failures have nothing to do with one another', () => {
    expect(placed({ cause: 'ledger-forked', openedAt: minute(3) }, outage)).toBe('a new incident');
  });

  it('up to ten minutes after the failure ended, and no later', () => {
    const over = ended('outage', 5);
    const cause = 'audit-append-failed';
    expect(placed({ cause, openedAt: minute(15) }, outage, over)).toBe('incident-1');
    const later = new Date(minute(15).getTime() + 1);
    expect(placed({ cause, openedAt: later }, outage, over)).toBe('a new incident');
  });

  it('not in a closed incident, nor in that of another tenant', () => {
    const closed = written({ kind: 'closed', because: 'over' }, 6);
    const again = { cause: 'postgres-unavailable', openedAt: minute(7) } as const;
    expect(placed(again, outage, ended('outage', 5), closed)).toBe('a new incident');
    expect(placed({ ...again, tenant: 2 as TenantId }, outage)).toBe('a new incident');
  });
});
