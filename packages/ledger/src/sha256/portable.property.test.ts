import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sha256 } from './node.ts';
import { portableSha256 } from './portable.ts';

it('the portable SHA-256 is the platform’s, at every length around the block borders', () => {
  for (let length = 0; length < 200; length++) {
    const data = new Uint8Array(length).fill(length);
    expect(Buffer.from(portableSha256(data))).toEqual(sha256(data));
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (data) => {
      expect(Buffer.from(portableSha256(data))).toEqual(sha256(data));
    }),
  );
});
