import { expect, it } from 'vitest';
import { METRICS_TOKEN_CHARACTERS } from '../limits.ts';
import { isScrapeToken, readScrapeToken } from './scrape-token.ts';

const read = (token: string) => readScrapeToken({ HOLDFAST_METRICS_TOKEN: token });
const { least, most } = METRICS_TOKEN_CHARACTERS;

it('the setting is absent, long enough, or refused by name', () => {
  expect(readScrapeToken({})).toEqual({ ok: true, value: undefined });
  for (const length of [least, most]) expect(read('a'.repeat(length)).ok).toBe(true);
  for (const wrong of ['a'.repeat(least - 1), 'a'.repeat(most + 1), `${'a'.repeat(least)} b`]) {
    expect(read(wrong)).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^HOLDFAST_METRICS_TOKEN takes 32 to 256/) as string,
    });
  }
});

it('only the whole token passes, and nothing where none is set', () => {
  const token = 'a'.repeat(least);
  expect(isScrapeToken(token, `Bearer ${token}`)).toBe(true);
  for (const other of [undefined, '', 'Bearer ', `Bearer ${token}a`, `Basic ${token}`, token]) {
    expect(isScrapeToken(token, other)).toBe(false);
  }
  expect(isScrapeToken(undefined, `Bearer ${token}`)).toBe(false);
  expect(isScrapeToken(undefined, 'Bearer undefined')).toBe(false);
});
