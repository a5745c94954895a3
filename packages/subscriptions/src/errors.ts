import { type FaultCatalogue, faults } from '@holdfast/kernel';

/** This package's rows of the error catalogue. */
export const SUBSCRIPTION_FAULTS = {
  SUBSCRIPTION_NOT_ACCEPTED: {
    status: 422,
    issue: 'business-rule',
    text: 'The subscription asks for something this server does not do.',
    mend: 'Change the elements that the issues name and send it again.',
  },
  SUBSCRIPTION_UNKNOWN: {
    status: 404,
    issue: 'not-found',
    text: 'There is no such subscription here, or it may not be seen with this token.',
    mend: 'Check the id; a new subscription is known a moment after it was created.',
  },
  SUBSCRIPTION_SEARCH_INVALID: {
    status: 400,
    issue: 'invalid',
    text: 'The search for subscriptions needs more than the subscriptions themselves.',
    mend: 'Search by url, status, criteria, payload, type or contact.',
  },
  SUBSCRIPTION_RANGE_INVALID: {
    status: 400,
    issue: 'value',
    text: 'The event numbers or instants do not name a range.',
    mend: 'Give whole numbers from 1, or instants with a time zone, the first not above the last.',
  },
  SUBSCRIPTION_CONDITIONAL: {
    status: 422,
    issue: 'not-supported',
    text: "Subscriptions are not written by a condition: it could name what is somebody else's.",
    mend: 'Search Subscription?url=ADDRESS for your own, then write it by its id.',
  },
  SUBSCRIPTION_NO_ENDPOINT: {
    status: 400,
    issue: 'business-rule',
    text: 'A websocket has no endpoint to which events could be sent again.',
    mend: 'Ask for missed events by $events.',
  },
  SUBSCRIPTION_NOT_TAKEN: {
    status: 502,
    issue: 'transient',
    text: 'The receiver did not take the events.',
    mend: 'See that the endpoint answers, then ask again; $events gives them meanwhile.',
    retryable: true,
  },
  SUBSCRIPTION_NO_WEBSOCKET: {
    status: 400,
    issue: 'business-rule',
    text: 'None of these subscriptions has the channel websocket.',
    mend: 'Create a subscription with channel.type = websocket first.',
  },
} as const satisfies FaultCatalogue;

export const subscriptionFault = faults(SUBSCRIPTION_FAULTS);
