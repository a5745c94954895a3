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
    mend: 'Use an OpenID provider.',
  },
} as const satisfies FaultCatalogue;

export const signinFault = faults(SIGNIN_FAULTS);
