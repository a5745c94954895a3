import type { ExposureFacts } from '../exposure/facts.ts';

/** Facts of an incident that nobody knows anything about, but for what is given. */
export function exposureFacts(known: Partial<ExposureFacts> = {}): ExposureFacts {
  return {
    answers: {},
    anchors: {},
    affected: { confirmed: 0, possible: 0 },
    residents: {},
    residenceUnknown: 0,
    holds: [],
    timeZone: 'America/New_York',
    ...known,
  };
}
