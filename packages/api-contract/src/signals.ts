import { z } from 'zod';
import { Count, FhirId, Instant, Slug, TenantNumber, Words } from './primitives.ts';

/** `critical`: patients are or may be harmed now. `major`: promises are broken. `minor`: watch. */
export const Severity = z.enum(['critical', 'major', 'minor']);
export type Severity = z.infer<typeof Severity>;

/** What the failure did to the work it touched. */
export const SignalOutcome = z.enum(['failed', 'refused', 'delayed', 'degraded', 'tampered']);

const common = {
  id: z.string().min(1).max(80),
  /** A stable code, e.g. `inference-backend-down`; equal causes on one component are one signal. */
  cause: Slug,
  component: Slug,
  /** What the component was waiting for, where the cause lies outside it. */
  dependency: Slug.optional(),
  severity: Severity,
  openedAt: Instant,
  lastSeenAt: Instant,
  resolvedAt: Instant.optional(),
  occurrences: z.int().min(1),
  outcome: SignalOutcome,
  tenant: TenantNumber,
  /** The cause in words. */
  summary: Words,
  /** What somebody should do now. */
  nextStep: Words,
};

/** A failure with its cause and how many patients it reached: who they are says only SignalDetail. */
export const Signal = z
  .strictObject({
    ...common,
    patients: z.strictObject({ count: Count }),
  })
  .meta({ id: 'Signal' });
export type Signal = z.infer<typeof Signal>;

/** The same signal with every affected patient; reading it is itself audited. */
export const SignalDetail = z
  .strictObject({
    ...common,
    patients: z.strictObject({ count: Count, ids: z.array(FhirId) }),
  })
  .meta({ id: 'SignalDetail' });
export type SignalDetail = z.infer<typeof SignalDetail>;

export const SignalState = z.enum(['open', 'resolved', 'all']);
export type SignalState = z.infer<typeof SignalState>;

/** Open ones first, then by `lastSeenAt`, newest first. */
export const SignalList = z.strictObject({ signals: z.array(Signal) }).meta({ id: 'SignalList' });
export type SignalList = z.infer<typeof SignalList>;
