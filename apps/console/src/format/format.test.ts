import { describe, expect, it } from 'vitest';
import { counted, formatRate } from './count.ts';
import { formatAge, formatDuration, formatTarget } from './duration.ts';
import { shortHash } from './hash.ts';
import { formatInstant } from './instant.ts';

const AT = '2026-11-24T04:06:12.345Z';

describe('durations', () => {
  it.each([
    [0, '0 ms'],
    [0.42, '0.4 ms'],
    [840, '840 ms'],
    [4_230, '4.2 s'],
    [9_960, '9 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [200_000, '3 min 20 s'],
    [18_720_000, '5 h 12 min'],
    [200_000_000, '2 d 7 h'],
  ])('%d ms reads %s', (ms, words) => {
    expect(formatDuration(ms)).toBe(words);
  });

  it('a target has no false precision', () => {
    expect(formatTarget(1_000)).toBe('1 s');
    expect(formatTarget(1_500)).toBe('1.5 s');
  });

  it('an age is measured against the snapshot, and never negative', () => {
    expect(formatAge('2026-11-24T04:06:08.000Z', AT)).toBe('4 s ago');
    expect(formatAge('2026-11-24T04:06:13.000Z', AT)).toBe('just now');
  });
});

describe('instants', () => {
  it('follow the zone they are given, and name it', () => {
    expect(formatInstant(AT, 'UTC', 'full')).toBe('2026-11-24 04:06:12 UTC');
    expect(formatInstant(AT, 'Asia/Kolkata', 'full')).toBe('2026-11-24 09:36:12 GMT+5:30');
  });

  it('show milliseconds only where asked', () => {
    expect(formatInstant(AT, 'UTC', 'clock')).toBe('04:06:12');
    expect(formatInstant(AT, 'UTC', 'clock-ms')).toBe('04:06:12.345');
  });

  it('write midnight as 00', () => {
    expect(formatInstant('2026-11-24T00:00:00Z', 'UTC', 'clock')).toBe('00:00:00');
  });
});

describe('counts and hashes', () => {
  it('a rate has a decimal only below ten', () => {
    expect(formatRate(0)).toBe('0');
    expect(formatRate(4.26)).toBe('4.3');
    expect(formatRate(42.4)).toBe('42');
  });

  it('a count agrees with its noun', () => {
    expect(counted(1, 'patient')).toBe('1 patient');
    expect(counted(0, 'patient')).toBe('0 patients');
  });

  it('a shortened hash keeps both ends', () => {
    expect(shortHash(`abcdef0123${'0'.repeat(48)}456789`)).toBe('abcdef0123…456789');
  });
});
