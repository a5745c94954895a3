import { z } from 'zod';
import { Count, Instant, Sha256Hex } from './primitives.ts';

/** The audit ledger's head (C2SP tlog-checkpoint: origin, size, root). */
export const LedgerHead = z
  .strictObject({
    origin: z.string().min(1).max(200),
    /** Leaves in the tree. */
    size: Count,
    /** RFC 6962 root over `size` leaves. */
    rootHash: Sha256Hex,
    /** Records durable but not yet leaves of a signed checkpoint. */
    pending: Count,
    /** Since when the oldest of them waits; null when none does. */
    pendingSince: Instant.nullable(),
    /** Null until the first checkpoint is signed. */
    lastCheckpointAt: Instant.nullable(),
  })
  .meta({ id: 'LedgerHead' });
export type LedgerHead = z.infer<typeof LedgerHead>;
