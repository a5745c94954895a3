import { describe, expect, it } from 'vitest';
import { Agenda } from './agenda.ts';

describe('an agenda', () => {
  it('keeps the earliest time of an item, and gives each out once, when it is due', () => {
    const agenda = new Agenda<string>();
    expect(agenda.next()).toBeNull();
    agenda.add('a', 50);
    agenda.add('b', 30);
    agenda.add('a', 20);
    agenda.add('a', 90);
    expect(agenda.next()).toBe(20);
    expect(agenda.take(19)).toEqual([]);
    expect(agenda.take(20)).toEqual(['a']);
    expect([agenda.has('a'), agenda.has('b'), agenda.next()]).toEqual([false, true, 30]);
    expect(agenda.take(1_000)).toEqual(['b']);
    expect(agenda.next()).toBeNull();
  });
});
