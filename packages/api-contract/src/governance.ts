import { z } from 'zod';
import { HOLD_PATIENTS_MAX, RETENTION_DAYS_MAX } from './limits.ts';
import { Count, FhirId, Instant, Reference, Words } from './primitives.ts';

/** A matter for which nothing it covers may be destroyed. */
export const PlaceHoldRequest = z
  .strictObject({
    matter: Words,
    custodian: Words,
    reason: Words,
    /** Absent: everything. */
    patients: z.array(FhirId).min(1).max(HOLD_PATIENTS_MAX).optional(),
  })
  .meta({ id: 'PlaceHoldRequest' });
export type PlaceHoldRequest = z.infer<typeof PlaceHoldRequest>;

export const ReleaseHoldRequest = z
  .strictObject({ reason: Words })
  .meta({ id: 'ReleaseHoldRequest' });
export type ReleaseHoldRequest = z.infer<typeof ReleaseHoldRequest>;

export const Hold = z
  .strictObject({
    id: z.uuid(),
    matter: Words,
    custodian: Words,
    reason: Words,
    /** How many patients it covers, who are not named; null = all. */
    patients: Count.nullable(),
    placedBy: Reference,
    placedAt: Instant,
    releasedBy: Reference.optional(),
    releasedAt: Instant.optional(),
    releaseReason: Words.optional(),
  })
  .meta({ id: 'Hold' });
export type Hold = z.infer<typeof Hold>;
export const HoldList = z.strictObject({ holds: z.array(Hold) }).meta({ id: 'HoldList' });
export type HoldList = z.infer<typeof HoldList>;

/** How long a class of records is kept at least. */
export const SetRetentionRequest = z
  .strictObject({
    recordClass: z.enum(['audit']),
    minimumDays: z.int().min(0).max(RETENTION_DAYS_MAX),
    /** The law or policy it follows. */
    authority: Words,
  })
  .meta({ id: 'SetRetentionRequest' });
export type SetRetentionRequest = z.infer<typeof SetRetentionRequest>;

export const Retention = SetRetentionRequest.extend({
  version: Count,
  setBy: Reference,
  setAt: Instant,
}).meta({ id: 'Retention' });
export type Retention = z.infer<typeof Retention>;
export const RetentionList = z
  .strictObject({ rules: z.array(Retention) })
  .meta({ id: 'RetentionList' });
export type RetentionList = z.infer<typeof RetentionList>;

/** Destroys the keys of what the audit log says about a patient, once nothing vetoes it. */
export const EraseRequest = z
  .strictObject({
    patient: FhirId,
    /** Whose decision it is. */
    authority: Words,
    /** The ground, e.g. `GDPR 17(1)(a)`. */
    basis: Words,
  })
  .meta({ id: 'EraseRequest' });
export type EraseRequest = z.infer<typeof EraseRequest>;

export const ErasureAnswer = z
  .strictObject({
    id: z.uuid(),
    authority: Words,
    basis: Words,
    requestedBy: Reference,
    requestedAt: Instant,
    /** `restricted`: a legal hold vetoes it. `scheduled`: its records have to be kept until then. */
    state: z.enum(['restricted', 'scheduled', 'destroyed']),
    destroyAfter: Instant.optional(),
    destroyedAt: Instant.optional(),
    keysDestroyed: Count.optional(),
    /** The record of it in the log. */
    auditId: z.uuid().optional(),
  })
  .meta({ id: 'Erasure' });
export type ErasureAnswer = z.infer<typeof ErasureAnswer>;
export const ErasureList = z
  .strictObject({ erasures: z.array(ErasureAnswer) })
  .meta({ id: 'ErasureList' });
export type ErasureList = z.infer<typeof ErasureList>;
