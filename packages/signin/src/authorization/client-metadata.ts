import type { ClientMetadata } from 'oidc-provider';
import type { RegisteredClient } from '../postgres/clients.ts';
import { PLAIN_SCOPES } from '../smart/requested-scopes.ts';

const METHOD = {
  public: 'none',
  // Which of both it uses is its own affair.
  secret: 'client_secret_basic',
  key: 'private_key_jwt',
} as const;

/** A client as oidc-provider knows it (OpenID Connect Dynamic Client Registration 1.0, section 2). */
export function clientMetadata(client: RegisteredClient): ClientMetadata {
  const isInteractive = client.redirectUris.length > 0;
  const isNative = client.redirectUris.some((uri) => !uri.startsWith('http'));
  const plain = PLAIN_SCOPES.filter((word) => client.scopes.includes(word));
  return {
    client_id: client.id,
    client_name: client.name,
    // Compared by its hash: see `authorization-server.ts`.
    ...(client.kind === 'secret' && { client_secret: 'held by its client only' }),
    token_endpoint_auth_method: METHOD[client.kind],
    application_type: isNative ? 'native' : 'web',
    redirect_uris: [...client.redirectUris],
    response_types: isInteractive ? ['code'] : [],
    grant_types: [
      ...(isInteractive ? ['authorization_code', 'refresh_token'] : []),
      ...(client.fhirUser !== undefined && client.kind !== 'public' ? ['client_credentials'] : []),
    ],
    ...(plain.length > 0 && { scope: plain.join(' ') }),
    ...(client.jwks !== undefined && { jwks: { keys: [...client.jwks.keys] } }),
    ...(client.jwksUri !== undefined && { jwks_uri: client.jwksUri }),
    id_token_signed_response_alg: 'RS256',
  };
}
