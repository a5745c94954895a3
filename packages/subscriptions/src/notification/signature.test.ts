import { describe, expect, it } from 'vitest';
import { isSignedBy, printedSecret, signedHeaders, signingSecret } from './signature.ts';

const master = new Uint8Array(32).fill(7);
const at = new Date('2026-01-01T00:00:00Z');
const now = { now: at, seconds: 300 };

describe('signatures', () => {
  it('follow the vector of the Standard Webhooks specification', () => {
    const secret = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
    const headers = signedHeaders(secret, {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      at: new Date(1_614_265_330_000),
      body: '{"test": 2432232314}',
    });
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('SUB-7 a changed body, another subscription and an old message are no match', () => {
    const secret = signingSecret(master, 1, 'a');
    const headers = signedHeaders(secret, { id: 'm', at, body: '{}' });
    expect(isSignedBy(secret, { headers, body: '{}' }, now)).toBe(true);
    expect(isSignedBy(secret, { headers, body: '{ }' }, now)).toBe(false);
    const other = signingSecret(master, 1, 'b');
    expect(isSignedBy(other, { headers, body: '{}' }, now)).toBe(false);
    const later = { now: new Date(at.getTime() + 301_000), seconds: 300 };
    expect(isSignedBy(secret, { headers, body: '{}' }, later)).toBe(false);
    expect(printedSecret(secret)).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  });
});
