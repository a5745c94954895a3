import { describe, expect, it } from 'vitest';
import { exposureFacts } from '../testing/exposure-facts.ts';
import { deadlineOf } from './deadline.ts';
import type { Anchor, LawEnforcementHold } from './facts.ts';
import type { Clock } from './regulation.ts';

/** The due instant, for an anchor at that time in that zone. */
function due(clock: Clock, at: string, timeZone = 'America/New_York'): string | undefined {
  const facts = exposureFacts({ anchors: { [clock.from]: new Date(at) }, timeZone });
  return deadlineOf(clock, facts, { holdsDelay: true })?.dueBefore.toISOString();
}

const calendarDays = (count: number): Clock => ({
  unit: 'calendar-days',
  count,
  from: 'discovered',
});
const californian = (count: number): Clock => ({
  unit: 'business-days',
  count,
  from: 'detected',
  holidays: 'US-CA',
});
const federal = (count: number): Clock => ({
  unit: 'business-days',
  count,
  from: 'detected',
  holidays: 'US-federal',
});
const PACIFIC = 'America/Los_Angeles';

describe('calendar days end with the last of them, where the organisation is', () => {
  it.each([
    ['over a month end', 60, '2026-01-30T17:00:00Z', '2026-04-01T04:00:00.000Z'],
    ['over a leap day', 60, '2028-01-30T17:00:00Z', '2028-03-31T04:00:00.000Z'],
    ['over no leap day', 30, '2026-02-27T17:00:00Z', '2026-03-30T04:00:00.000Z'],
    ['over the start of summer time', 30, '2026-02-20T17:00:00Z', '2026-03-23T04:00:00.000Z'],
    ['over the end of summer time', 30, '2026-10-20T16:00:00Z', '2026-11-20T05:00:00.000Z'],
    ['from the last second of a day', 30, '2026-06-02T03:59:59Z', '2026-07-02T04:00:00.000Z'],
    ['from the first second of the next', 30, '2026-06-02T04:00:00Z', '2026-07-03T04:00:00.000Z'],
  ])('%s', (_, count, at, expected) => {
    expect(due(calendarDays(count), at)).toBe(expected);
  });
});

describe('the log of a year is due 60 days after it', () => {
  const yearly: Clock = { unit: 'days-after-year-end', count: 60, from: 'discovered' };
  it.each([
    [
      'a year before a common one: the 1st of March',
      '2026-07-01T12:00:00Z',
      '2027-03-02T05:00:00.000Z',
    ],
    [
      'a year before a leap year: the 29th of February',
      '2027-07-01T12:00:00Z',
      '2028-03-01T05:00:00.000Z',
    ],
    [
      'the last evening of a year is still in it',
      '2027-01-01T04:30:00Z',
      '2027-03-02T05:00:00.000Z',
    ],
  ])('%s', (_, at, expected) => expect(due(yearly, at)).toBe(expected));
});

describe('hours pass alike in summer and winter', () => {
  const within: Clock = { unit: 'hours', count: 72, from: 'aware' };
  it.each([
    ['over the start of summer time', '2026-03-27T12:00:00Z', '2026-03-30T12:00:00.000Z'],
    ['over a year end', '2026-12-30T00:00:00Z', '2027-01-02T00:00:00.000Z'],
  ])('%s', (_, at, expected) => expect(due(within, at, 'Europe/Berlin')).toBe(expected));
});

describe('business days leave out weekends and holidays', () => {
  it.each([
    ['15 over two weekends and no holiday', 15, '2026-09-08T18:00:00Z', '2026-09-30T07:00:00.000Z'],
    ['one from a Friday is Monday', 1, '2026-06-05T18:00:00Z', '2026-06-09T07:00:00.000Z'],
    ['Thanksgiving and the day after it', 1, '2026-11-25T18:00:00Z', '2026-12-01T08:00:00.000Z'],
    ['César Chávez day', 1, '2026-03-30T18:00:00Z', '2026-04-02T07:00:00.000Z'],
    ['a Sunday’s holiday is Monday’s', 1, '2027-07-02T18:00:00Z', '2027-07-07T07:00:00.000Z'],
    [
      'a Saturday’s holiday closes no Friday',
      1,
      '2026-07-02T18:00:00Z',
      '2026-07-04T07:00:00.000Z',
    ],
  ])('in California: %s', (_, count, at, expected) => {
    expect(due(californian(count), at, PACIFIC)).toBe(expected);
  });

  it.each([
    ['a Saturday’s holiday closes Friday', 1, '2026-07-02T16:00:00Z', '2026-07-07T04:00:00.000Z'],
    [
      'a New Year’s Day on Saturday closes the last day before',
      1,
      '2027-12-30T17:00:00Z',
      '2028-01-04T05:00:00.000Z',
    ],
    ['Juneteenth since 2021', 1, '2026-06-18T16:00:00Z', '2026-06-23T04:00:00.000Z'],
    ['Columbus Day', 1, '2026-10-09T16:00:00Z', '2026-10-14T04:00:00.000Z'],
    ['the last Monday of a May with five', 1, '2027-05-28T16:00:00Z', '2027-06-02T04:00:00.000Z'],
    ['the last Monday of a May with four', 1, '2026-05-22T16:00:00Z', '2026-05-27T04:00:00.000Z'],
  ])('federal: %s', (_, count, at, expected) => expect(due(federal(count), at)).toBe(expected));
});

describe('a clock without its anchor', () => {
  const facts = (anchors: Partial<Record<Anchor, Date>>) => exposureFacts({ anchors });
  const at = new Date('2026-05-01T12:00:00Z');

  it('runs from the earlier one that is known, and says that this is provisional', () => {
    const deadline = deadlineOf(calendarDays(60), facts({ occurred: at }), { holdsDelay: true });
    expect(deadline).toMatchObject({ startedBy: 'occurred', provisional: true });
  });

  it('does not start for a determination that nobody has made', () => {
    const clock: Clock = { unit: 'calendar-days', count: 30, from: 'determined' };
    expect(deadlineOf(clock, facts({ detected: at }), { holdsDelay: true })).toBeNull();
  });
});

describe('a statement of law enforcement', () => {
  const discovered = new Date('2026-01-10T12:00:00Z'); // due before 2026-03-12 in New York
  const hold = (form: LawEnforcementHold['form'], from: string, until: string) => ({
    form,
    from: new Date(from),
    until: new Date(until),
  });
  const dueWith = (holds: LawEnforcementHold[], holdsDelay = true) => {
    const facts = exposureFacts({ anchors: { discovered }, holds });
    return deadlineOf(calendarDays(60), facts, { holdsDelay })?.dueBefore.toISOString();
  };

  it('in writing delays a notice to the time it names', () => {
    const written = hold('written', '2026-02-01T00:00:00Z', '2026-06-01T00:00:00Z');
    expect(dueWith([written])).toBe('2026-06-01T00:00:00.000Z');
  });

  it('by word of mouth delays it by 30 days at most', () => {
    const oral = hold('oral', '2026-03-01T00:00:00Z', '2026-06-01T00:00:00Z');
    expect(dueWith([oral])).toBe('2026-03-30T23:00:00.000Z'); // summer time began meanwhile
  });

  it('that ends before the notice is due, or begins after it, delays nothing', () => {
    const early = hold('written', '2026-01-11T00:00:00Z', '2026-02-01T00:00:00Z');
    const late = hold('written', '2026-03-13T00:00:00Z', '2026-06-01T00:00:00Z');
    expect(dueWith([early, late])).toBe('2026-03-12T04:00:00.000Z');
  });

  it('delays nothing where the regulation knows no such delay', () => {
    const written = hold('written', '2026-02-01T00:00:00Z', '2026-06-01T00:00:00Z');
    expect(dueWith([written], false)).toBe('2026-03-12T04:00:00.000Z');
  });
});
