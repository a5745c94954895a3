import { describe, expect, it } from 'vitest';
import { offer, offeredErlangs, serversFor, waitingShare } from './erlang-reserve.ts';

describe('Erlang C', () => {
  it.each([
    // M/M/1: the share that waits is the utilisation; M/M/2 at 1 erlang: 1/3 (textbook values).
    [1, 0.5, 0.5],
    [2, 1, 1 / 3],
    [3, 2, 4 / 9],
    [1, 1, 1],
    [4, 0, 0],
  ])('with %i servers and %d erlangs, %d wait', (servers, offered, expected) => {
    expect(waitingShare(servers, offered)).toBeCloseTo(expected, 12);
  });

  it.each([
    [0, 0],
    [0.1, 2],
    [0.36, 3],
    [0.7, 4],
    [1, 5],
    [2, 7],
  ])('for %d erlangs and one wait in a hundred it takes %i servers', (offered, servers) => {
    expect(serversFor(offered, 0.01, 20)).toBe(servers);
  });

  it('answers no more servers than there may be', () => {
    expect(serversFor(9, 0.01, 3)).toBe(3);
  });
});

describe('the offered load', () => {
  it('follows what arrives and forgets what was', () => {
    const load = { workMs: 0, atMs: 0 };
    for (let now = 0; now < 100_000; now += 100) offer(load, 50, now);
    expect(offeredErlangs(load, 100_000)).toBeCloseTo(0.5, 1);
    expect(offeredErlangs(load, 200_000)).toBeLessThan(0.001);
  });
});
