import type { TokenAnswer } from '@holdfast/api-contract';
import { describe, expect, it } from 'vitest';
import { dropSession, keepSession, readSession } from './session.ts';

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
    keepSession(storage, ANSWER, 1_000);
    expect(readSession(storage, 60_999)).toMatchObject({ token: 'abc', expiresAtMs: 61_000 });
    expect(readSession(storage, 61_000)).toBeUndefined();
  });

  it('is gone after signing out', () => {
    const storage = memory();
    keepSession(storage, ANSWER, 0);
    dropSession(storage);
    expect(readSession(storage, 1)).toBeUndefined();
  });

  it.each(['', 'nonsense', '{}', '{"answer":{},"atMs":1}', 'null'])(
    'ignores a stored %j',
    (text) => {
      const storage = memory();
      storage.setItem('holdfast.session', text);
      expect(readSession(storage, 1)).toBeUndefined();
    },
  );
});
