import { z } from 'zod';
import { FhirId, PurposeCode, Slug, Words } from './primitives.ts';

/** Somebody of the demo population as whom a developer may act. */
export const Persona = z
  .strictObject({
    id: Slug,
    name: Words,
    role: Slug,
    /** At least one; the first is the default of a token request. */
    purposes: z.array(PurposeCode).min(1),
    description: Words,
    /** Set where the persona is a patient or acts for one. */
    patientId: FhirId.optional(),
  })
  .meta({ id: 'Persona' });
export type Persona = z.infer<typeof Persona>;

export const PersonaList = z.array(Persona).max(100).meta({ id: 'PersonaList' });

export const TokenRequest = z
  .strictObject({ persona: Slug, purpose: PurposeCode.optional() })
  .meta({ id: 'TokenRequest' });
export type TokenRequest = z.infer<typeof TokenRequest>;

/** Shaped as RFC 6749 section 5.1, plus the persona it was issued for. */
export const TokenAnswer = z
  .strictObject({
    access_token: z.string().min(1),
    token_type: z.literal('Bearer'),
    /** Seconds from now. */
    expires_in: z.int().min(1),
    /** Space-separated, SMART v2 syntax. */
    scope: z.string(),
    persona: Persona,
  })
  .meta({ id: 'TokenAnswer' });
export type TokenAnswer = z.infer<typeof TokenAnswer>;
