import { describe, expect, it } from 'vitest';
import { type BookLimits, SignalBook } from './signal-book.ts';
import { occurrence, patients, stamps, TENANT } from './testing/occurrences.ts';

const LIMITS: BookLimits = { openSignals: 3, recentSignals: 2, patients: 4, mergeWindowMs: 100 };
const down = { cause: 'postgres-unavailable', dependency: 'postgres', tenant: TENANT } as const;

describe('SignalBook', () => {
  it('VIS-1 merges occurrences of one story into one signal with the union of patients', () => {
    const book = new SignalBook(LIMITS);
    const stamp = stamps();
    const [opened] = book.report(occurrence({ patients: patients('b', 'a'), tier: 2 }), stamp(0));
    const [merged] = book.report(
      occurrence({ patients: patients('a', 'c'), tier: 1, outcome: 'delayed', requestId: 'r2' }),
      stamp(50),
    );
    expect(opened?.kind).toBe('opened');
    expect(merged).toMatchObject({ kind: 'merged', addedPatients: ['c'] });
    expect(book.list()).toHaveLength(1);
    const id = opened?.signal.id ?? ('' as never);
    expect(book.get(id)).toMatchObject({
      patients: ['a', 'b', 'c'],
      patientCount: 3,
      occurrences: 2,
      tier: 1,
      outcome: 'failed',
      requestId: 'r2',
      openedAt: new Date(0),
      lastSeenAt: new Date(50),
      resolvedAt: null,
    });
  });

  it.each([
    ['cause', { cause: 'audit-append-failed' }],
    ['component', { component: 'store' }],
    ['dependency', { dependency: 'model phq9' }],
    ['tenant', { tenant: null }],
  ] as const)('VIS-1 keeps signals of another %s apart', (_, other) => {
    const book = new SignalBook(LIMITS);
    const stamp = stamps();
    book.report(occurrence(), stamp(0));
    expect(book.report(occurrence(other), stamp(1)).map(({ kind }) => kind)).toEqual(['opened']);
  });

  it('opens a new signal for single events after a quiet window, and closes the old one', () => {
    const book = new SignalBook(LIMITS);
    const stamp = stamps();
    book.report(occurrence(), stamp(0));
    const changes = book.report(occurrence(), stamp(101));
    expect(changes.map(({ kind }) => kind)).toEqual(['resolved', 'opened']);
    expect(changes[0]?.signal.resolvedAt).toEqual(new Date(0));
  });

  it('keeps a condition open however long it lasts, until its end is observed', () => {
    const book = new SignalBook(LIMITS);
    const stamp = stamps();
    book.report(occurrence(down), stamp(0));
    expect(book.report(occurrence(down), stamp(9_999)).map(({ kind }) => kind)).toEqual(['merged']);
    expect(book.resolve(down, new Date(10_000))?.signal.resolvedAt).toEqual(new Date(10_000));
    expect(book.resolve(down, new Date(10_001))).toBeNull();
    expect(book.report(occurrence(down), stamp(10_002)).map(({ kind }) => kind)).toEqual([
      'opened',
    ]);
  });

  it('VIS-2 counts what does not fit, and says so by a signal of its own', () => {
    const book = new SignalBook(LIMITS);
    const stamp = stamps();
    for (const dependency of ['a', 'b', 'c']) book.report(occurrence({ dependency }), stamp(0));
    const changes = book.report(occurrence({ dependency: 'd' }), stamp(1));
    expect(changes.map(({ signal }) => signal.cause)).toEqual(['signal-book-overflow']);
    const again = book.report(occurrence({ dependency: 'e' }), stamp(2));
    expect(again[0]).toMatchObject({ kind: 'merged', signal: { occurrences: 2 } });
  });

  it('VIS-2 counts patients beyond the limit instead of forgetting that there were more', () => {
    const book = new SignalBook(LIMITS);
    const changes = book.report(
      occurrence({ patients: patients('a', 'b', 'c', 'd', 'e', 'f') }),
      stamps()(0),
    );
    expect(changes[0]?.signal).toMatchObject({ patientCount: 4, patientsUncounted: 2 });
    expect(changes[1]?.signal.cause).toBe('signal-book-overflow');
  });

  it('VIS-2 lets resolved signals and their patients go, oldest first', () => {
    const book = new SignalBook(LIMITS);
    const stamp = stamps();
    for (const [at, patient] of ['a', 'b', 'c', 'd', 'e', 'f'].entries()) {
      book.report(occurrence({ ...down, patients: patients(patient) }), stamp(at));
      book.resolve(down, new Date(at));
    }
    expect(book.list().map(({ patientCount }) => patientCount)).toEqual([1, 1]);
  });

  it('adopts what an earlier process left and goes on with it', () => {
    const earlier = new SignalBook(LIMITS);
    const stamp = stamps();
    const [opened] = earlier.report(occurrence({ ...down, patients: patients('a') }), stamp(0));
    const signal = earlier.get(opened?.signal.id ?? ('' as never));
    if (signal === null) throw new Error('it was just opened');
    const book = new SignalBook(LIMITS);
    expect(book.adopt(signal)).toBeNull();
    book.report(occurrence({ ...down, patients: patients('b') }), stamp(5));
    expect(book.get(signal.id)).toMatchObject({ patients: ['a', 'b'], occurrences: 2 });
  });

  it('closes an adopted signal whose story is already open here', () => {
    const stamp = stamps();
    const earlier = new SignalBook(LIMITS);
    const [opened] = earlier.report(occurrence(down), stamp(0));
    const book = new SignalBook(LIMITS);
    book.report(occurrence(down), stamp(5));
    const left = earlier.get(opened?.signal.id ?? ('' as never));
    if (left === null) throw new Error('it was just opened');
    expect(book.adopt(left)).toMatchObject({ kind: 'resolved', signal: { id: left.id } });
    expect(book.list().filter(({ resolvedAt }) => resolvedAt === null)).toHaveLength(1);
  });
});
