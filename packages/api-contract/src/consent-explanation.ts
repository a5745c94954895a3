import { z } from 'zod';
import { FhirId, Instant, PurposeCode, Words } from './primitives.ts';

/** May the bearer of the token do `action` on `type` of `patient`, now? */
export const ExplainRequest = z
  .strictObject({
    patient: FhirId,
    /** A FHIR resource type. */
    type: z.string().regex(/^[A-Z][A-Za-z]{1,63}$/),
    action: z.enum(['read', 'write', 'disclose', 'infer', 'export']),
    /** Defaults to the purposes of the token. */
    purpose: PurposeCode.optional(),
  })
  .meta({ id: 'ExplainRequest' });
export type ExplainRequest = z.infer<typeof ExplainRequest>;

export const Verdict = z.enum(['permit', 'redact', 'deny']);

/** How one rule came out; `weak-deny` loses to an explicit permit of another consent (rule A11). */
export const ReasonResult = z.enum(['permit', 'deny', 'weak-deny', 'not-applicable']);

/** One node of the tree: a layer, a consent, a provision. Deciding children come first. */
export const Reason = z
  .strictObject({
    result: ReasonResult,
    text: Words,
    /** The named reading it follows, e.g. `A11`. */
    rule: z.string().min(1).max(40).optional(),
    /** The version that says so, e.g. `Consent/7/_history/2`, and the provision inside it. */
    source: z.string().min(1).max(200).optional(),
    path: z.string().min(1).max(200).optional(),
    get reasons() {
      return z.array(Reason);
    },
  })
  .meta({ id: 'Reason' });
export type Reason = z.infer<typeof Reason>;

export const Explanation = z
  .strictObject({
    verdict: Verdict,
    /** One plain sentence. */
    summary: Words,
    decidedAt: Instant,
    reasons: z.array(Reason),
  })
  .meta({ id: 'Explanation' });
export type Explanation = z.infer<typeof Explanation>;
