import { z } from 'zod';
import { Count, Milliseconds, Words } from './primitives.ts';

export const ClinicalTier = z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]);
export type ClinicalTier = z.infer<typeof ClinicalTier>;

/** One clinical tier's queue. Tier 0 is the most urgent. */
export const InferenceLane = z
  .strictObject({
    tier: ClinicalTier,
    name: Words,
    waiting: Count,
    running: Count,
    completed: Count,
    /** Answered by a lower rung of the ladder (the deterministic score), and labelled so. */
    degraded: Count,
    /** Turned away with a retry hint because a bound was reached. */
    refused: Count,
    /** Null while nothing waits. */
    oldestWaitMs: Milliseconds.nullable(),
    /** The promise: nothing in this tier should wait longer. */
    targetMs: Milliseconds,
    /** From the commit of the cause to the commit of its score; null before the first. */
    p50Ms: Milliseconds.nullable(),
    p99Ms: Milliseconds.nullable(),
  })
  .meta({ id: 'InferenceLane' });
export type InferenceLane = z.infer<typeof InferenceLane>;

/** `fallback`: the child processes are gone and the in-process score answers instead. */
export const BackendState = z.enum(['up', 'starting', 'fallback', 'down']);

export const InferenceFigures = z
  .strictObject({
    backend: z.strictObject({ state: BackendState, children: Count, restarts: Count }),
    /** Tiers 0 to 3, in order. */
    tiers: z.array(InferenceLane).length(4),
  })
  .meta({ id: 'InferenceFigures' });
export type InferenceFigures = z.infer<typeof InferenceFigures>;
