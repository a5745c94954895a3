import { describe, expect, it } from 'vitest';
import { ended, joined, minute, record, written } from '../testing/incident-record.ts';
import { acceptEntry } from './accept-entry.ts';
import type { Incident } from './incident.ts';
import { incidentAt } from './timeline.ts';

const at = (given: ReturnType<typeof record>, when: number): Incident => {
  const incident = incidentAt(given, minute(when));
  if (incident === null) throw new Error('there is no incident yet');
  return incident;
};

describe('VIS-7 an incident is what its timeline tells', () => {
  const story = record(
    joined('effect', 'event-consumer-parked', 1),
    joined('cause', 'postgres-unavailable', 2),
    written({ kind: 'acknowledged' }, 5),
    written(
      { kind: 'answered', question: 'notPermitted', answer: false, because: 'only an outage' },
      6,
    ),
    ended('cause', 7),
    ended('effect', 8),
    written({ kind: 'closed', because: 'disk replaced' }, 9),
  );

  it('what is known later is not known before', () => {
    expect(incidentAt(story, minute(0))).toBeNull();
    expect(at(story, 1)).toMatchObject({ cause: 'event-consumer-parked', severity: 'minor' });
    expect(at(story, 4)).toMatchObject({ status: 'open', owner: null, answers: {} });
    expect(at(story, 6).answers).toEqual({ notPermitted: false });
    expect(at(story, 8).status).toBe('acknowledged');
    expect(at(story, 9)).toMatchObject({ status: 'closed', closedAt: minute(9) });
  });

  it('names what brought the rest about, though it was noticed later', () => {
    expect(at(story, 2)).toMatchObject({ cause: 'postgres-unavailable', severity: 'critical' });
  });

  it('is discovered when the first person takes it up, and owned by that one', () => {
    const { anchors, owner } = at(story, 9);
    expect(anchors).toEqual({ occurred: minute(1), detected: minute(1), discovered: minute(5) });
    expect(owner).toBe('Practitioner/on-call');
  });

  it('takes a discovery that is recorded for the first that counts', () => {
    const earlier = { kind: 'anchored', anchor: 'discovered', because: 'a nurse saw it' } as const;
    const { anchors } = at(
      record(
        joined('cause', 'postgres-unavailable', 2),
        written({ kind: 'acknowledged' }, 5),
        written({ ...earlier, instant: minute(3) }, 6),
      ),
      9,
    );
    expect(anchors.discovered).toEqual(minute(3));
  });

  it('opens a question again whose answer is withdrawn', () => {
    const answered = {
      kind: 'answered',
      question: 'acquired',
      because: 'log of the proxy',
    } as const;
    const { answers } = at(
      record(
        joined('cause', 'postgres-unavailable', 2),
        written({ ...answered, answer: true }, 3),
        written({ ...answered, answer: null }, 4),
      ),
      9,
    );
    expect(answers).toEqual({});
  });
});

describe('what a person may write', () => {
  const now = { entries: 1, at: minute(30) };
  const failing = at(record(joined('cause', 'postgres-unavailable', 1)), 5);
  const over = at(record(joined('cause', 'postgres-unavailable', 1), ended('cause', 2)), 5);
  const closed: Incident = { ...over, status: 'closed', closedAt: minute(3) };
  const close = { kind: 'closed', because: 'over' } as const;
  const reopen = { kind: 'reopened', because: 'not over' } as const;
  const note = { kind: 'noted', text: 'called the vendor' } as const;

  it('closes what has ended, never what still fails', () => {
    expect(acceptEntry(failing, close, now)).toEqual({ ok: false, error: 'still-failing' });
    expect(acceptEntry(over, close, now).ok).toBe(true);
  });

  it('waits for no end of single events', () => {
    const events = at(record(joined('one', 'audit-append-failed', 1)), 5);
    expect(acceptEntry(events, close, now).ok).toBe(true);
  });

  it('adds to a closed one only a note or its reopening', () => {
    expect(acceptEntry(closed, { kind: 'acknowledged' }, now)).toEqual({
      ok: false,
      error: 'closed',
    });
    expect(acceptEntry(closed, note, now).ok).toBe(true);
    expect(acceptEntry(closed, reopen, now).ok).toBe(true);
    expect(acceptEntry(over, reopen, now)).toEqual({ ok: false, error: 'not-closed' });
  });

  it('records no instant to come and no hold that ends before it begins', () => {
    const anchor = { kind: 'anchored', anchor: 'discovered', because: 'x' } as const;
    expect(acceptEntry(over, { ...anchor, instant: minute(30) }, now).ok).toBe(true);
    expect(acceptEntry(over, { ...anchor, instant: minute(31) }, now)).toEqual({
      ok: false,
      error: 'in-the-future',
    });
    const hold = { kind: 'held', form: 'oral', from: minute(3) } as const;
    expect(acceptEntry(over, { ...hold, until: minute(3) }, now).ok).toBe(false);
    expect(acceptEntry(over, { ...hold, until: minute(4) }, now).ok).toBe(true);
  });

  it('ends at the limit of a timeline', () => {
    expect(acceptEntry(over, note, { ...now, entries: 4_999 }).ok).toBe(true);
    expect(acceptEntry(over, note, { ...now, entries: 5_000 })).toEqual({
      ok: false,
      error: 'timeline-full',
    });
  });
});
