/** Randomness as an argument: cores never draw it from the platform. */
export interface Random {
  /** Cryptographically strong where the implementation is `systemRandom`. */
  bytes(length: number): Uint8Array;
}

export const systemRandom: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};
