import { type FaultCatalogue, faults } from '@holdfast/kernel';

/** What can go wrong between a client and the server, before or after the server's own refusals. */
export const API_CATALOGUE = {
  API_UNREACHABLE: {
    status: 503,
    issue: 'transient',
    text: 'The server cannot be reached.',
    mend: 'Check that it runs (npm start) and that nothing between blocks it, then try again.',
    retryable: true,
  },
  API_OFF_CONTRACT: {
    status: 502,
    issue: 'structure',
    text: 'The server answered something this client does not understand.',
    mend: 'Reload; if it stays, client and server are of different versions.',
  },
  API_UNNAMED_REFUSAL: {
    status: 500,
    issue: 'unknown',
    text: 'The request was refused without a reason.',
    mend: 'Look up the request id in the server log.',
  },
} as const satisfies FaultCatalogue;

export const apiFault = faults(API_CATALOGUE);
