/**
 * Classes of requests, most urgent first. `care-now`: somebody treats a patient and waits;
 * `interactive`: somebody waits; `integration`: a system waits; `bulk`: nobody waits.
 */
export const PRIORITY_CLASSES = ['care-now', 'interactive', 'integration', 'bulk'] as const;

export type PriorityClass = (typeof PRIORITY_CLASSES)[number];
