import { type FaultCatalogue, faults } from '@holdfast/kernel';

export const SIGNIN_FAULTS = {
  SIGNIN_TOKEN_MISSING: {
    status: 401,
    issue: 'login',
    text: 'This request needs a bearer token.',
    mend: 'Send the header "Authorization: Bearer <token>".',
  },
  SIGNIN_TOKEN_INVALID: {
    status: 401,
    issue: 'login',
    text: 'The bearer token is not valid here: it is malformed, expired, or signed by another issuer.',
    mend: 'Sign in again and send the new token.',
  },
  SIGNIN_TOKEN_INCOMPLETE: {
    status: 401,
    issue: 'login',
    text: 'The bearer token lacks a claim that an access decision needs.',
    mend: 'Ask the authorization server for a token with the claims tenant, fhirUser, roles and purposes.',
  },
  SIGNIN_PERSONA_UNKNOWN: {
    status: 404,
    issue: 'not-found',
    text: 'There is no such development persona.',
    mend: 'List the personas with GET /development/personas.',
  },
  SIGNIN_PURPOSE_NOT_GRANTED: {
    status: 403,
    issue: 'forbidden',
    text: 'This persona may not ask for that purpose of use.',
    mend: 'Leave the purpose out, or choose one that the persona lists.',
  },
  SIGNIN_DEVELOPMENT_ONLY: {
    status: 404,
    issue: 'not-found',
    text: 'The development sign-in is switched off in production.',
    mend: 'Send a token of the OpenID provider that this server trusts; the holdfast command takes it from HOLDFAST_TOKEN.',
  },
  SIGNIN_NOT_CONFIGURED: {
    status: 401,
    issue: 'login',
    text: 'This server trusts no issuer of tokens yet, so it refuses everybody.',
    mend: 'Its operator sets HOLDFAST_OIDC_ISSUER and HOLDFAST_OIDC_AUDIENCE: see docs/production.md.',
  },
  SIGNIN_PASSWORD_WEAK: {
    status: 422,
    issue: 'business-rule',
    text: 'This password is not taken.',
    mend: 'Choose one of 12 to 256 characters; a sentence is easiest to keep.',
  },
  SIGNIN_USER_EXISTS: {
    status: 409,
    issue: 'duplicate',
    text: 'There is a user of that name.',
    mend: 'Choose another name; holdfast users ls shows those there are.',
  },
  SIGNIN_CLIENT_EXISTS: {
    status: 409,
    issue: 'duplicate',
    text: 'There is a client of that id.',
    mend: 'Choose another id, or give it new keys with holdfast clients rotate.',
  },
  SIGNIN_CLIENT_UNKNOWN: {
    status: 404,
    issue: 'not-found',
    text: 'There is no such app that can be launched.',
    mend: 'Register it with an address to launch it at: holdfast clients add --launch.',
  },
  SIGNIN_LAUNCH_PATIENT: {
    status: 404,
    issue: 'not-found',
    text: 'The app cannot be opened with this record.',
    mend: 'Name the id of a patient whose record you may read.',
  },
  SIGNIN_SCOPE_PLATFORM: {
    status: 403,
    issue: 'forbidden',
    text: 'This token is for the FHIR interface only.',
    mend: 'Ask for the scope "platform", which the client must be registered for.',
  },
  SIGNIN_BUSY: {
    status: 503,
    issue: 'throttled',
    text: 'Too many people sign in at this moment.',
    mend: 'Send it again in a few seconds.',
    retryable: true,
  },
  SIGNIN_PROVIDER_AWAY: {
    status: 503,
    issue: 'transient',
    text: 'The OpenID provider does not answer, so the token could not be checked.',
    mend: 'Send the request again after the time in Retry-After.',
    retryable: true,
  },
} as const satisfies FaultCatalogue;

export const signinFault = faults(SIGNIN_FAULTS);
