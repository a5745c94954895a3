import { z } from 'zod';
import { Count, Instant, Reference, Words } from './primitives.ts';

/** Which codes make data sensitive, and how; the server's own reader says more about a fault. */
export const LabelSets = z
  .strictObject({
    title: Words,
    rules: z
      .array(
        z.strictObject({
          /** A v3-ActCode sensitivity code, e.g. `SUD`. */
          label: z.string().max(40),
          /** The least confidentiality of such data; R unless stated. */
          confidentiality: z.enum(['R', 'V']).optional(),
          system: z.string().min(1).max(300),
          codes: z.array(z.string().min(1).max(200)).optional(),
          /** How codes of the system begin, e.g. `F11`. */
          beginning: z.array(z.string().min(1).max(200)).optional(),
          /** Only where the element's value is greater. */
          valueAbove: z.number().optional(),
        }),
      )
      .min(1),
  })
  .meta({ id: 'LabelSets' });
export type LabelSets = z.infer<typeof LabelSets>;

export const LabelSetsAnswer = z
  .strictObject({
    /** Absent where the document has errors: nothing is loaded then. */
    version: Count.optional(),
    findings: z.array(z.strictObject({ path: z.string().max(200), text: Words })),
  })
  .meta({ id: 'LabelSetsAnswer' });
export type LabelSetsAnswer = z.infer<typeof LabelSetsAnswer>;

/** The label sets in force, and how far the stored data has been labelled by them. */
export const LabellingStatus = z
  .strictObject({
    /** 0: the starter sets. */
    version: Count,
    title: Words,
    loadedAt: Instant.optional(),
    loadedBy: z.union([Reference, Words]).optional(),
    /** Absent where all was labelled as it was written. */
    relabelling: z
      .strictObject({
        patients: Count,
        patientsTotal: Count,
        resources: Count,
        /** Resources that have other labels than before. */
        changed: Count,
        finishedAt: Instant.optional(),
      })
      .optional(),
  })
  .meta({ id: 'LabellingStatus' });
export type LabellingStatus = z.infer<typeof LabellingStatus>;
