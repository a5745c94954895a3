import { z } from 'zod';
import { Count, FhirId, Instant, Slug, Words } from './primitives.ts';

/** CDS Hooks 2.0 (https://cds-hooks.hl7.org/2.0/): who else reads these documents goes by its names. */
const Coding = z.strictObject({
  system: z.string().max(300),
  code: z.string().max(200),
  display: Words.optional(),
});

export const CdsServices = z
  .strictObject({
    services: z.array(
      z.strictObject({
        hook: Slug,
        title: Words,
        description: Words,
        id: Slug,
        usageRequirements: Words,
      }),
    ),
  })
  .meta({ id: 'CdsServices' });
export type CdsServices = z.infer<typeof CdsServices>;

/** Loose: clients send prefetched data and extensions too, which are not read here. */
export const CdsRequest = z
  .looseObject({
    hook: Slug,
    hookInstance: z.uuid(),
    context: z.looseObject({ userId: z.string().min(1).max(300), patientId: FhirId }),
  })
  .meta({ id: 'CdsRequest' });
export type CdsRequest = z.infer<typeof CdsRequest>;

export const CdsCards = z
  .strictObject({
    cards: z.array(
      z.strictObject({
        uuid: z.uuid(),
        summary: z.string().max(139),
        indicator: z.enum(['info', 'warning', 'critical']),
        detail: z.string(),
        source: z.strictObject({ label: Words, topic: Coding }),
        overrideReasons: z.array(Coding),
      }),
    ),
  })
  .meta({ id: 'CdsCards' });
export type CdsCards = z.infer<typeof CdsCards>;

/** Outcomes a call may tell of at once. */
export const CDS_FEEDBACK_MAX = 50;

const outcome = {
  card: z.uuid(),
  outcomeTimestamp: z.iso.datetime({ offset: true }),
};

export const CdsFeedback = z
  .looseObject({
    feedback: z
      .array(
        z.discriminatedUnion('outcome', [
          z.looseObject({ ...outcome, outcome: z.literal('accepted') }),
          z.looseObject({
            ...outcome,
            outcome: z.literal('overridden'),
            overrideReason: z
              .looseObject({
                reason: z
                  .looseObject({
                    system: z.string().max(300).optional(),
                    code: z.string().min(1).max(200),
                  })
                  .optional(),
                userComment: z.string().max(4_000).optional(),
              })
              .optional(),
          }),
        ]),
      )
      .min(1)
      .max(CDS_FEEDBACK_MAX),
  })
  .meta({ id: 'CdsFeedback' });
export type CdsFeedback = z.infer<typeof CdsFeedback>;

/** Nothing to say: the outcomes are kept. */
export const CdsFeedbackAnswer = z.strictObject({}).meta({ id: 'CdsFeedbackAnswer' });

/** How clinicians answered the cards, by pipeline; names no patient and repeats no comment. */
export const CardOutcomeList = z
  .strictObject({
    since: Instant,
    pipelines: z.array(
      z.strictObject({
        pipeline: Slug,
        version: z.string().max(40),
        accepted: Count,
        overridden: Count,
        reasons: z.array(z.strictObject({ code: z.string().max(200), times: Count })),
      }),
    ),
  })
  .meta({ id: 'CardOutcomeList' });
export type CardOutcomeList = z.infer<typeof CardOutcomeList>;
