import type { ConsumerGroup, RecentEvent } from '@holdfast/api-contract';

/** How long it took, that somebody has yet to look at it, or that there is nothing to say. */
export type Handling =
  | { readonly kind: 'handled'; readonly lagMs: number }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'unread' };

/**
 * An event without a time is not one that waits: most are read by no group, and what was handled
 * before the server started has no time left. It waits where a group still is at it, or before it.
 */
export function handlingOf(
  { lagMs, at }: RecentEvent,
  groups: readonly Pick<ConsumerGroup, 'oldestUnprocessedAt'>[],
): Handling {
  if (lagMs !== null) return { kind: 'handled', lagMs };
  const waits = groups.some(
    ({ oldestUnprocessedAt: oldest }) => oldest !== null && Date.parse(oldest) <= Date.parse(at),
  );
  return { kind: waits ? 'waiting' : 'unread' };
}
