/** How bad it is for care: `critical` now, `major` soon, `minor` if it lasts. */
export type Severity = 'critical' | 'major' | 'minor';

/** One row of the catalogue of causes. Texts never contain identifiers. */
export interface Cause {
  /** The part of the platform that notices it. */
  readonly component: string;
  readonly severity: Severity;
  /** What is wrong, for an operator who has not read the code. */
  readonly summary: string;
  /** What to do first. */
  readonly nextStep: string;
  /** `until-resolved`: a condition that ends when its end is observed. `window`: single events. */
  readonly lasts: 'until-resolved' | 'window';
}

/** Codes are append-only. */
export const CAUSES = {
  'postgres-unavailable': {
    component: 'store',
    severity: 'critical',
    summary: 'The database does not answer: no record can be read or written',
    nextStep: 'Check that PostgreSQL runs, accepts connections and has disk space left',
    lasts: 'until-resolved',
  },
  'inference-backend-exited': {
    component: 'inference',
    severity: 'major',
    summary: 'A model process ended: scores come from the deterministic fallback meanwhile',
    nextStep: 'Read the exit code of the model process; memory is the usual reason',
    lasts: 'until-resolved',
  },
  'inference-deadline-exceeded': {
    component: 'inference',
    severity: 'major',
    summary: 'A score was not ready in time and was answered by a lower rung of its ladder',
    nextStep: 'Look at the load of the tier and at the duration of the model runs',
    lasts: 'window',
  },
  'inference-breaker-open': {
    component: 'inference',
    severity: 'major',
    summary: 'Model processes ended too often and are left alone: scores come from the fallback',
    nextStep: 'Mend what ends them; they are tried again by themselves',
    lasts: 'until-resolved',
  },
  'inference-backend-error': {
    component: 'inference',
    severity: 'major',
    summary: 'A model is missing or refuses its input: its scores come from the fallback',
    nextStep: 'Compare the version of the model with the one its pipeline names',
    lasts: 'window',
  },
  'inference-overloaded': {
    component: 'inference',
    severity: 'major',
    summary: 'More inference work than slots: scores of lower tiers were degraded or refused',
    nextStep: 'Look at the waiting work by tier and tenant; add slots or slow the source down',
    lasts: 'window',
  },
  'inference-model-rolled-back': {
    component: 'inference',
    severity: 'major',
    summary: 'A model version failed its watch and was taken back: the one before it answers',
    nextStep: 'Read why with `holdfast models ls`; add a new version when it is mended',
    lasts: 'window',
  },
  'inference-tier-inflation': {
    component: 'inference',
    severity: 'minor',
    summary:
      "For ten minutes a tenth or more of a tenant's inference work was tier 0: if all is critical, nothing is",
    nextStep: 'Look at which signals put it there, and at who orders everything stat',
    lasts: 'until-resolved',
  },
  'event-consumer-parked': {
    component: 'events',
    severity: 'minor',
    summary: 'An event could not be handled yet: what follows from it for its patient waits',
    nextStep: 'Wait for the retries; read the reason with the parked stream',
    lasts: 'until-resolved',
  },
  'event-dead-letter': {
    component: 'events',
    severity: 'major',
    summary: 'An event failed in every attempt: what follows from it for its patient is missing',
    nextStep: 'Mend the reason named with the dead letter, then redrive its stream',
    lasts: 'until-resolved',
  },
  'event-broker-unavailable': {
    component: 'events',
    severity: 'minor',
    summary: 'The broker takes no events: consumers on other machines wait, nothing is lost',
    nextStep: 'Run holdfast doctor and start the servers that do not answer',
    lasts: 'until-resolved',
  },
  'ledger-checkpoint-stale': {
    component: 'ledger',
    severity: 'major',
    summary: 'The newest audit records are not covered by a signed checkpoint yet',
    nextStep: 'Check the sequencer and the signing key',
    lasts: 'until-resolved',
  },
  'ledger-halted': {
    component: 'ledger',
    severity: 'critical',
    summary: 'The stored audit log contradicts its signed checkpoint: nothing is signed any more',
    nextStep: 'Run holdfast ledger verify and keep the database as it is: this is evidence',
    lasts: 'until-resolved',
  },
  'ledger-forked': {
    component: 'ledger',
    severity: 'critical',
    summary: 'A witness has seen another history of the audit log than the one that is stored',
    nextStep: 'Keep the database and ask the witness for its checkpoint: one of both was rewritten',
    lasts: 'until-resolved',
  },
  'ledger-unwitnessed': {
    component: 'ledger',
    severity: 'minor',
    summary: 'A witness does not cosign the checkpoints of the audit log',
    nextStep: 'Check that the witness runs, watches this log and has the key it is configured with',
    lasts: 'until-resolved',
  },
  'audit-append-failed': {
    component: 'ledger',
    severity: 'critical',
    summary: 'An audit record could not be made durable, so its request was refused',
    nextStep: 'Check the database and the free disk space of the audit tables',
    lasts: 'window',
  },
  'signal-spool-overflow': {
    component: 'visibility',
    severity: 'major',
    summary: 'The local spool of signals is full: a crash now would lose signals',
    nextStep: 'Bring the database back, or give the spool more room',
    lasts: 'until-resolved',
  },
  'signal-book-overflow': {
    component: 'visibility',
    severity: 'major',
    summary: 'More signals or affected patients than memory may hold: some were only counted',
    nextStep: 'Resolve what is open; look for a component that makes up dependencies',
    lasts: 'window',
  },
  'request-failed-internal': {
    component: 'server',
    severity: 'major',
    summary: 'A request failed by a fault of the platform itself',
    nextStep: 'Find the request by its id in the log and report the fault',
    lasts: 'window',
  },
} as const satisfies Readonly<Record<string, Cause>>;

export type CauseCode = keyof typeof CAUSES;

export function isCauseCode(text: string): text is CauseCode {
  return Object.hasOwn(CAUSES, text);
}
