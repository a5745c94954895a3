/** What stands between an erasure and its end. */
export interface Standing {
  readonly now: Date;
  /** Matters of the legal holds that cover the patient. */
  readonly heldFor: readonly string[];
  /** Of the newest record about the patient; null: there is none. */
  readonly newestRecord: Date | null;
  /** Null: no rule, and so no end. */
  readonly minimumDays: number | null;
}

/**
 * Pure. A hold vetoes whatever the time: `restricted`. Then the minimum period of the newest record
 * has to be over, looked at anew each time, as the patient may still be treated: `scheduled`.
 */
export type NextStep =
  | { readonly state: 'restricted'; readonly heldFor: readonly string[] }
  | { readonly state: 'scheduled'; readonly destroyAfter: Date }
  | { readonly state: 'due'; readonly destroyAfter: Date };

const DAY_MS = 24 * 60 * 60 * 1_000;
/** Later than any due date: nothing may be destroyed while no rule says when. */
const NEVER = new Date('9999-12-31T00:00:00Z');

export function nextStep({ now, heldFor, newestRecord, minimumDays }: Standing): NextStep {
  if (heldFor.length > 0) return { state: 'restricted', heldFor };
  if (minimumDays === null) return { state: 'scheduled', destroyAfter: NEVER };
  const destroyAfter = new Date((newestRecord ?? now).getTime() + minimumDays * DAY_MS);
  return { state: destroyAfter > now ? 'scheduled' : 'due', destroyAfter };
}
