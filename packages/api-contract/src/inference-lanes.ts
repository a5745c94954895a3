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

/** A trained model as the child processes hold it. */
export const InferenceModel = z
  .strictObject({
    /** `id@version` */
    model: Words,
    /** Children that hold it; none: a lower rung answers. */
    children: Count,
    /** Null until a child holds it. */
    runtime: z.enum(['onnxruntime', 'typescript']).nullable(),
    /** Why its twin runs, or why none can hold it; null: all is well. */
    why: Words.nullable(),
    bytes: Count.nullable(),
    statement: Words,
  })
  .meta({ id: 'InferenceModel' });
export type InferenceModel = z.infer<typeof InferenceModel>;

/** Answers by the rung of the ladder that gave them. */
export const RungMix = z
  .strictObject({
    backend: Count,
    twin: Count,
    variant: Count,
    'in-process': Count,
  })
  .meta({ id: 'RungMix' });

export const InferenceFigures = z
  .strictObject({
    backend: z.strictObject({ state: BackendState, children: Count, restarts: Count }),
    models: z.array(InferenceModel),
    rungs: RungMix,
    /** Tiers 0 to 3, in order. */
    tiers: z.array(InferenceLane).length(4),
  })
  .meta({ id: 'InferenceFigures' });
export type InferenceFigures = z.infer<typeof InferenceFigures>;
