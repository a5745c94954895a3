import { z } from 'zod';

/** RFC 3339 in UTC with a `Z`; fractions allowed. The one way time crosses this surface. */
export const Instant = z.iso
  .datetime()
  .meta({ id: 'Instant', description: 'RFC 3339 instant in UTC, e.g. 2026-11-24T04:06:00.123Z' });

/** A non-negative safe integer: counts, sizes, sequence numbers. */
export const Count = z.int().min(0);

/** A duration in milliseconds; fractions allowed. */
export const Milliseconds = z.number().min(0);

/** FHIR `id` (R4 datatypes): opaque here, never shown beside a name. */
export const FhirId = z.string().regex(/^[A-Za-z0-9\-.]{1,64}$/);

/** `Type/id`, the only way a resource is named on the operations surface. */
export const Reference = z
  .string()
  .regex(/^[A-Z][A-Za-z]{1,63}\/[A-Za-z0-9\-.]{1,64}$/)
  .meta({ id: 'Reference', description: 'Resource type and opaque id; no clinical content' });

/** Lower-case words joined by hyphens: roles, components, consumer groups. */
export const Slug = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/);

/** A purpose of use from HL7 v3-PurposeOfUse, e.g. `TREAT`. */
export const PurposeCode = z.string().regex(/^[A-Z]{2,32}$/);

/** Plain words for people. Never holds an identifier of a patient. */
export const Words = z.string().min(1).max(2_000);

/** SHA-256 in lower-case hexadecimal. */
export const Sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);

export const TenantNumber = z.int().min(1).max(32_767);
