import { z } from 'zod';
import { FhirId, Instant } from './primitives.ts';

/** One field of two records, side by side, and what it says about whether they are one person's. */
export const IdentityEvidence = z
  .strictObject({
    /** E.g. `given`, `birthDate`, `identifier`. */
    field: z.string().max(40),
    one: z.string(),
    other: z.string(),
    /** How far the two agree, from `exact` to `different`; `missing` where one does not know. */
    level: z.string().max(40),
    /** Bits for (above 0) and against (below 0) one person, as matching weighed it. */
    bits: z.number(),
  })
  .meta({ id: 'IdentityEvidence' });
export type IdentityEvidence = z.infer<typeof IdentityEvidence>;

/** Two records of patients that may be one person's: likelier than not, and not certain. */
export const IdentityReview = z
  .strictObject({
    /** Ids of the Patients; `one` sorts before `other`. */
    one: FhirId,
    other: FhirId,
    grade: z.enum(['certain', 'probable', 'possible', 'certainly-not']),
    /** Why a score that is high enough is not trusted. */
    withheld: z.enum(['maybe-family', 'no-identity-evidence']).optional(),
    /** Prior and all evidence together. */
    bits: z.number(),
    /** 0 to 1: the same as odds. */
    probability: z.number().min(0).max(1),
    since: Instant,
    /** The weightiest first. */
    evidence: z.array(IdentityEvidence),
  })
  .meta({ id: 'IdentityReview' });
export type IdentityReview = z.infer<typeof IdentityReview>;

export const IdentityReviewList = z
  .strictObject({
    reviews: z.array(IdentityReview),
    /** For `after` of the next page; absent where this is the last. */
    next: z.string().optional(),
  })
  .meta({ id: 'IdentityReviewList' });
export type IdentityReviewList = z.infer<typeof IdentityReviewList>;

/**
 * `same` links, `different` keeps apart, `unsure` keeps apart and asks no more, `withdrawn` takes back
 * what was said, so that the score decides again.
 */
export const IdentityVerdictRequest = z
  .strictObject({ verdict: z.enum(['same', 'different', 'unsure', 'withdrawn']) })
  .meta({ id: 'IdentityVerdictRequest' });
export type IdentityVerdictRequest = z.infer<typeof IdentityVerdictRequest>;

export const IdentityVerdict = z
  .strictObject({
    one: FhirId,
    other: FhirId,
    /** What holds from now on: `apart` where nothing joins them. */
    state: z.enum(['linked', 'review', 'apart']),
  })
  .meta({ id: 'IdentityVerdict' });
export type IdentityVerdict = z.infer<typeof IdentityVerdict>;
