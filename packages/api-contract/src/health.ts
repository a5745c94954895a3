import { z } from 'zod';
import { Slug, Words } from './primitives.ts';

/** The process runs; says nothing of its dependencies. */
export const Liveness = z.strictObject({ state: z.literal('live') }).meta({ id: 'Liveness' });

/** 200 when every check is `ok`, 503 otherwise; both carry this body. */
export const Readiness = z
  .strictObject({
    state: z.enum(['ready', 'not-ready']),
    checks: z.array(
      z.strictObject({ name: Slug, state: z.enum(['ok', 'failed']), text: Words.optional() }),
    ),
  })
  .meta({ id: 'Readiness' });
export type Readiness = z.infer<typeof Readiness>;
