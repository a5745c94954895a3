import { z } from 'zod';
import { AccessPolicy } from './consent-policies.ts';
import { Count, FhirId, Slug, Words } from './primitives.ts';

/** A draft policy against the population on file, or a draft Consent against its patient. */
export const WhatIfRequest = z
  .union([
    z.strictObject({ policy: AccessPolicy }),
    z.strictObject({
      patient: FhirId,
      consent: z.unknown(),
    }),
  ])
  .meta({ id: 'WhatIfRequest' });
export type WhatIfRequest = z.infer<typeof WhatIfRequest>;

/** Two stored versions of the access policy. */
export const PolicyDiffRequest = z
  .strictObject({ from: Count, to: Count })
  .meta({ id: 'PolicyDiffRequest' });
export type PolicyDiffRequest = z.infer<typeof PolicyDiffRequest>;

/** What people of one role, purpose and standing gain or lose, and with how many patients. */
export const AccessChange = z
  .strictObject({
    role: Slug,
    purpose: z.string().max(200),
    action: z.enum(['read', 'write', 'disclose', 'infer', 'export']),
    /** `anyone` whom no consent names, whom the patient's consents `named`, the patient's `own`. */
    standing: z.enum(['anyone', 'related', 'named', 'own']),
    change: z.enum(['gains', 'loses']),
    types: z.array(z.string().max(64)),
    /** `ordinary`, a confidentiality, or a sensitivity code. */
    label: z.string().max(40),
    patients: Count,
    /** A few of the patients. */
    samples: z.array(FhirId).max(5),
  })
  .meta({ id: 'AccessChange' });

export const WhatIfAnswer = z
  .strictObject({
    patients: Count,
    /** Consent classes that were decided: the cost, whatever the number of patients. */
    classes: Count,
    changes: z.array(AccessChange),
    /** Why nothing was compared: the draft has errors. */
    findings: z.array(z.strictObject({ path: z.string().max(200), text: Words })),
  })
  .meta({ id: 'WhatIfAnswer' });
export type WhatIfAnswer = z.infer<typeof WhatIfAnswer>;
