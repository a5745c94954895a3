import { z } from 'zod';
import { GLASS_MINUTES } from './limits.ts';
import { FhirId, Instant, Reference, Words } from './primitives.ts';

/** Asks for emergency access to one patient; nothing opens before it is confirmed. */
export const AskGlassRequest = z
  .strictObject({
    patient: FhirId,
    /** Why, in words: the patient and the reviewer read it. */
    reason: z.string().min(10).max(1_000),
    /** How long, once confirmed; 60 unless stated. */
    minutes: z.int().min(GLASS_MINUTES.min).max(GLASS_MINUTES.max).optional(),
  })
  .meta({ id: 'AskGlassRequest' });
export type AskGlassRequest = z.infer<typeof AskGlassRequest>;

export const ReviewGlassRequest = z
  .strictObject({
    verdict: z.enum(['justified', 'unjustified']),
    note: Words,
  })
  .meta({ id: 'ReviewGlassRequest' });
export type ReviewGlassRequest = z.infer<typeof ReviewGlassRequest>;

export const GlassAccess = z
  .strictObject({
    id: z.uuid(),
    patient: FhirId,
    actor: Reference,
    reason: Words,
    askedAt: Instant,
    /** Absent until it was confirmed. */
    openedAt: Instant.optional(),
    until: Instant.optional(),
    /** Before its time. */
    endedAt: Instant.optional(),
    endedBy: Reference.optional(),
    isOpen: z.boolean(),
    verdict: z.enum(['justified', 'unjustified']).optional(),
    note: Words.optional(),
    reviewedBy: Reference.optional(),
  })
  .meta({ id: 'GlassAccess' });
export type GlassAccess = z.infer<typeof GlassAccess>;

export const GlassList = z
  .strictObject({ accesses: z.array(GlassAccess) })
  .meta({ id: 'GlassList' });
export type GlassList = z.infer<typeof GlassList>;
