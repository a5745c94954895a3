import { type FaultCatalogue, faults } from '@holdfast/kernel';

export const ASYNC_FAULTS = {
  ASYNC_TOO_MANY_OPEN: {
    status: 429,
    issue: 'throttled',
    text: 'As many asynchronous requests wait as may.',
    mend: 'Wait for one of them, or cancel it with DELETE at its status address.',
    retryable: true,
  },
} as const satisfies FaultCatalogue;

export const asyncFault = faults(ASYNC_FAULTS);
