/** What a token says of itself, for the banner and the clock; only the server verifies it. */
export interface TokenClaims {
  readonly name: string;
  /** Unix milliseconds. */
  readonly expiresAtMs: number;
}

/** Reads the payload of a signed JWT (RFC 7519 section 7.2); undefined where it is none. */
export function decodedClaims(token: string): TokenClaims | undefined {
  const [, payload] = /^[\w-]+\.([\w-]+)\.[\w-]+$/.exec(token) ?? [];
  const claims = payload === undefined ? undefined : claimsOf(payload);
  if (claims === undefined || typeof claims['exp'] !== 'number') return undefined;
  const names = [claims['name'], claims['fhirUser'], claims['sub']];
  const name = names.find((each) => typeof each === 'string' && each !== '') as string | undefined;
  return { name: name ?? 'Somebody', expiresAtMs: claims['exp'] * 1_000 };
}

function claimsOf(payload: string): Record<string, unknown> | undefined {
  try {
    const binary = atob(payload.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
