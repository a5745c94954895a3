/** Parameters of RFC 6749, RFC 6750 and RFC 7521 whose values are secrets; `code` is FHIR's here. */
const SECRETS =
  /([?&](?:access_token|refresh_token|id_token|token|client_secret|assertion|client_assertion)=)([^&#]*)/gi;

/** What IHE BALP lets of an opaque token into an event. */
const SHOWN = 32;

/**
 * A target as recorded, with no whole token: of a secret longer than 64 characters its last 32, as
 * IHE BALP has it for opaque tokens, of a shorter one nothing.
 */
export const withoutTokens = (target: string): string =>
  target.replace(SECRETS, (_all, name: string, secret: string) =>
    secret.length > 2 * SHOWN ? `${name}...${secret.slice(-SHOWN)}` : `${name}...`,
  );
