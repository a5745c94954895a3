import type { Workflow } from './purposes.ts';

/** What a token is about beside its scopes; it stands in the token response (SMART App Launch 2.2). */
export interface LaunchContext {
  readonly workflow: Workflow;
  /** v3-PurposeOfUse codes. */
  readonly purposes: readonly string[];
  readonly patient?: string;
  readonly encounter?: string;
  /** References beside patient and encounter. */
  readonly fhirContext?: readonly FhirContextEntry[];
  readonly intent?: string;
  readonly needPatientBanner?: boolean;
}

/** SMART App Launch 2.2, section "fhirContext". */
export interface FhirContextEntry {
  readonly reference: string;
  readonly type?: string;
  /** An absolute URI, or `launch`. */
  readonly role?: string;
}

/** The members that stand beside the access token, and in the answer of introspection. */
export function contextMembers(context: LaunchContext): Record<string, unknown> {
  const { patient, encounter, fhirContext, intent, needPatientBanner } = context;
  return {
    ...(patient !== undefined && {
      patient,
      need_patient_banner: needPatientBanner ?? true,
    }),
    ...(encounter !== undefined && { encounter }),
    ...(fhirContext !== undefined && fhirContext.length > 0 && { fhirContext }),
    ...(intent !== undefined && { intent }),
  };
}
