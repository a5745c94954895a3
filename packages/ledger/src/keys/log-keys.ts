import { createPrivateKey, type KeyObject } from 'node:crypto';
import { invariant, type Random, type TenantId } from '@holdfast/kernel';
import { ed25519Signer, ed25519VerifierKey, nodeCryptography } from '../ed25519/node.ts';
import { TagKey } from '../entry/tag-key.ts';
import { type NoteSigner, type NoteVerifier, noteVerifier } from '../note/signature.ts';

/** DER of an Ed25519 PKCS#8 private key up to its 32 seed bytes (RFC 8410 section 7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
export const SEED_BYTES = 32;

/** What a log writes with: one signing key, under one name a tenant, and the key of the tags. */
export class LogKeys {
  readonly tagKey: TagKey;
  readonly #origin: string;
  readonly #privateKey: KeyObject;

  /** @param origin prefix of every tenant's origin: a URL without scheme, e.g. `clinic.example/audit` */
  constructor(parts: {
    readonly origin: string;
    readonly privateKey: KeyObject;
    readonly tagKey: TagKey;
  }) {
    this.#origin = parts.origin;
    this.#privateKey = parts.privateKey;
    this.tagKey = parts.tagKey;
  }

  /** Each tenant's log is one of its own; its name is its key's name. */
  originOf(tenant: TenantId): string {
    return `${this.#origin}/${tenant}`;
  }

  signerOf(tenant: TenantId): NoteSigner {
    return ed25519Signer(this.originOf(tenant), this.#privateKey);
  }

  /** What auditors and witnesses are given, e.g. `clinic.example/audit/1+33d7b496+AeHT...`. */
  verifierKeyOf(tenant: TenantId): string {
    return ed25519VerifierKey(this.originOf(tenant), this.#privateKey);
  }

  verifierOf(tenant: TenantId): NoteVerifier {
    const verifier = noteVerifier(this.verifierKeyOf(tenant), nodeCryptography);
    invariant(verifier.ok, 'LED-2 our own verifier key is well-formed');
    return verifier.value;
  }
}

/** The Ed25519 key of a 32-byte seed. */
export function ed25519FromSeed(seed: Uint8Array): KeyObject {
  invariant(seed.length === SEED_BYTES, 'LED-2 an Ed25519 seed is 32 bytes');
  const key = Buffer.concat([PKCS8_PREFIX, seed]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

/** Keys for tests: as random as their argument. */
export function createLogKeys(random: Random, origin = 'log.example/audit'): LogKeys {
  const privateKey = ed25519FromSeed(random.bytes(SEED_BYTES));
  return new LogKeys({ origin, privateKey, tagKey: new TagKey(random.bytes(SEED_BYTES)) });
}
