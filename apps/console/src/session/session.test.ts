import type { TokenAnswer } from '@holdfast/api-contract';
import { describe, expect, it } from 'vitest';
import { dropSession, keepSession, readSession, sessionOf, sessionOfToken } from './session.ts';

function memory() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
    kept,
  };
}

const ANSWER: TokenAnswer = {
  access_token: 'abc',
  token_type: 'Bearer',
  expires_in: 60,
  scope: 'system/*.rs',
  persona: {
    id: 'olivia',
    name: 'Olivia Reyes',
    role: 'operator',
    purposes: ['HOPERAT'],
    description: 'On call',
  },
};

describe('a session', () => {
  it('is read back until its token expires', () => {
    const storage = memory();
    keepSession(storage, sessionOf(ANSWER, 1_000));
    expect(readSession(storage, 60_999)).toMatchObject({ token: 'abc', expiresAtMs: 61_000 });
    expect(readSession(storage, 61_000)).toBeUndefined();
  });

  it('is gone after signing out', () => {
    const storage = memory();
    keepSession(storage, sessionOf(ANSWER, 0));
    dropSession(storage);
    expect(readSession(storage, 1)).toBeUndefined();
  });

  it.each([
    '',
    'nonsense',
    '{}',
    '{"token":"abc","name":1,"role":"operator","expiresAtMs":9}',
    'null',
  ])('ignores a stored %j', (text) => {
    const storage = memory();
    storage.setItem('holdfast.session', text);
    expect(readSession(storage, 1)).toBeUndefined();
  });
});

describe('a token brought from elsewhere', () => {
  const jwt = (claims: object) =>
    ['e30', Buffer.from(JSON.stringify(claims)).toString('base64url'), 'c2ln'].join('.');

  it('is a session until it expires, under the name it gives', () => {
    const token = jwt({ exp: 60, name: 'Zoë', sub: 'z' });
    const session = { token, name: 'Zoë', role: 'token', expiresAtMs: 60_000 };
    expect(sessionOfToken(`Bearer ${token}\n`, 59_999)).toEqual(session);
    expect(sessionOfToken(token, 60_000)).toBeUndefined();
  });

  it.each(['', 'abc', 'a.b.c', jwt({ name: 'no end' })])('is none: %j', (text) => {
    expect(sessionOfToken(text, 0)).toBeUndefined();
  });
});
