import { z } from 'zod';
import { DECISIONS_MAX } from './limits.ts';
import { FhirId, Instant, PurposeCode, Reference, Slug, Words } from './primitives.ts';

/** On whose behalf a compliance officer or a system asks. */
export const AskedActor = z
  .strictObject({
    principal: Reference,
    roles: z.array(Slug).min(1).max(10),
    purposes: z.array(PurposeCode).min(1).max(10),
    /** Organisations, care teams and groups it stands for. */
    memberships: z.array(Reference).max(1_000).optional(),
  })
  .meta({ id: 'AskedActor' });
export type AskedActor = z.infer<typeof AskedActor>;

/** May `action` be done on this resource of the patient, or on an ordinary one of the type? */
export const AccessQuestion = z
  .strictObject({
    patient: FhirId,
    /** A FHIR resource type. */
    type: z.string().regex(/^[A-Z][A-Za-z]{1,63}$/),
    /** A stored resource; without it one of normal confidentiality that carries no label. */
    id: FhirId.optional(),
    action: z.enum(['read', 'write', 'disclose', 'infer', 'export']),
  })
  .meta({ id: 'AccessQuestion' });
export type AccessQuestion = z.infer<typeof AccessQuestion>;

/** May the bearer of the token, or `actor`, do this now, and why? */
export const ExplainRequest = z
  .strictObject({
    ...AccessQuestion.shape,
    /** One of the token's purposes; all of them unless stated. */
    purpose: PurposeCode.optional(),
    actor: AskedActor.optional(),
  })
  .meta({ id: 'ExplainRequest' });
export type ExplainRequest = z.infer<typeof ExplainRequest>;

export const DecideRequest = z
  .strictObject({
    questions: z.array(AccessQuestion).min(1).max(DECISIONS_MAX),
    purpose: PurposeCode.optional(),
    actor: AskedActor.optional(),
  })
  .meta({ id: 'DecideRequest' });
export type DecideRequest = z.infer<typeof DecideRequest>;

export const Verdict = z.enum(['permit', 'redact', 'deny']);

/** How one rule came out; `weak-deny` loses to an explicit permit of another consent (rule A11). */
export const ReasonResult = z.enum(['permit', 'deny', 'weak-deny', 'not-applicable']);

/** One node of the tree: a layer, a consent, a provision. Deciding children come first. */
export interface Reason {
  result: z.infer<typeof ReasonResult>;
  text: string;
  rule?: string | undefined;
  source?: string | undefined;
  path?: string | undefined;
  reasons: Reason[];
}

export const Reason: z.ZodType<Reason> = z
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

export const DecideAnswer = z
  .strictObject({
    decidedAt: Instant,
    /** In the order of the questions. What does not exist is denied like what is hidden. */
    verdicts: z.array(Verdict),
  })
  .meta({ id: 'DecideAnswer' });
export type DecideAnswer = z.infer<typeof DecideAnswer>;
