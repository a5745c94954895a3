import type { NoteCryptography, VerifyEd25519 } from '../note/signature.ts';
import { portableSha256 } from '../sha256/portable.ts';

const verifyEd25519: VerifyEd25519 = async ({ publicKey, message, signature }) => {
  try {
    const subtle = globalThis.crypto.subtle;
    const key = await subtle.importKey('raw', new Uint8Array(publicKey), 'Ed25519', false, [
      'verify',
    ]);
    return await subtle.verify('Ed25519', key, new Uint8Array(signature), new Uint8Array(message));
  } catch {
    return false; // no such curve on this platform, or not a key: the note stays unbelieved
  }
};

/** What verifying a note takes, in a browser (Ed25519 in WebCrypto: Chromium 137, Firefox 129, Safari 17). */
export const webCryptography: NoteCryptography = { sha256: portableSha256, verifyEd25519 };
