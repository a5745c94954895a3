import type { TenantId } from '@holdfast/kernel';
import type { AuthorizationServer } from './authorization/authorization-server.ts';
import type { ServerParts } from './authorization/server-parts.ts';

/** Loads oidc-provider only where somebody signs in: commands and consumers of this package do not. */
export async function openAuthorizationServer(
  parts: ServerParts & { readonly tenant: TenantId },
): Promise<AuthorizationServer> {
  const { AuthorizationServer: Server } = await import('./authorization/authorization-server.ts');
  return new Server(parts);
}
