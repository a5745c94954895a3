import type { RecordedEvent } from '@holdfast/events';
import type { Tier } from '@holdfast/inference';
import type { WriteInTransaction } from '../audit-trail.ts';

/** What the effect of one event has done so far, in a transaction that may yet come to nothing. */
export interface ScoringEffect {
  readonly tiers: Tier[];
  readonly writes: WriteInTransaction[];
}

/** Effects from their first statement to the end of their transaction. */
export class ScoringEffects {
  readonly #effects = new Map<string, ScoringEffect>();

  begin({ eventId }: RecordedEvent): ScoringEffect {
    const effect: ScoringEffect = { tiers: [], writes: [] };
    this.#effects.set(eventId, effect);
    return effect;
  }

  /** @returns what was scored: committed now */
  handled({ eventId }: RecordedEvent): readonly Tier[] {
    const tiers = this.#effects.get(eventId)?.tiers ?? [];
    this.#effects.delete(eventId);
    return tiers;
  }

  undone({ eventId }: RecordedEvent): void {
    for (const write of this.#effects.get(eventId)?.writes ?? []) write.undone();
    this.#effects.delete(eventId);
  }
}
