import { z } from 'zod';
import { Count, Instant, Reference, Words } from './primitives.ts';

const Names = z.array(z.string().max(200)).max(200);

/** One rule: who may do what, for which purposes, with which types, and what is asked of patients. */
export const AccessRule = z
  .strictObject({
    id: z.string().max(63),
    effect: z.enum(['permit', 'deny']),
    roles: Names,
    actions: Names,
    /** v3-PurposeOfUse codes; narrower ones are included. */
    purposes: Names,
    /** FHIR R4 types, or groups such as `clinical`. */
    types: Names,
    /** What the actor must be to the patient, e.g. `care-team`; one of these. */
    relationship: Names.optional(),
    patientLayer: z.enum(['consents', 'ordinary', 'explicit-permit', 'none']),
    because: Words,
  })
  .meta({ id: 'AccessRule' });

export const AccessPolicy = z
  .strictObject({
    title: Words,
    domain: z.strictObject({
      default: z.enum(['basic-normal', 'all-normal', 'break-glass-only', 'deny']),
      confidentialityDeny: z.enum(['and-above', 'exact']),
      /** Sensitivity codes that emergency access does not open. */
      firm: Names,
    }),
    rules: z.array(AccessRule).min(1).max(1_000),
  })
  .meta({ id: 'AccessPolicy' });
export type AccessPolicy = z.infer<typeof AccessPolicy>;

export const PolicyFinding = z
  .strictObject({
    severity: z.enum(['error', 'warning']),
    path: z.string().max(200),
    text: Words,
  })
  .meta({ id: 'PolicyFinding' });

export const StoredPolicyAnswer = z
  .strictObject({
    /** Absent where the document has errors: it is not stored then. */
    version: Count.optional(),
    findings: z.array(PolicyFinding),
  })
  .meta({ id: 'StoredPolicyAnswer' });
export type StoredPolicyAnswer = z.infer<typeof StoredPolicyAnswer>;

export const PolicyList = z
  .strictObject({
    /** Newest first. */
    policies: z.array(
      z.strictObject({
        version: Count,
        title: Words,
        storedAt: Instant,
        storedBy: z.union([Reference, Words]),
        activatedAt: Instant.optional(),
        isActive: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'PolicyList' });
export type PolicyList = z.infer<typeof PolicyList>;

export const PolicyInForce = z
  .strictObject({
    /** 0: the starter policy, which is in force until another one is put there. */
    version: Count,
    /** As decisions and their records name it. */
    name: z.string().max(40),
    /** Since when; absent for the starter policy. */
    activatedAt: Instant.optional(),
    /** Whole, as it would be stored: what a policy of one's own may start from. */
    policy: AccessPolicy,
  })
  .meta({ id: 'PolicyInForce' });
export type PolicyInForce = z.infer<typeof PolicyInForce>;

export const ActivatePolicyRequest = z
  .strictObject({
    version: Count,
    /** For the record. */
    reason: Words,
  })
  .meta({ id: 'ActivatePolicyRequest' });
export type ActivatePolicyRequest = z.infer<typeof ActivatePolicyRequest>;
