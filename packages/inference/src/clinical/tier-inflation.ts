import { tierInflationLimits } from '../limits.ts';
import type { Tier } from './tier.ts';

/** Counts arrivals of one tenant over a sliding window. */
interface Window {
  readonly critical: boolean[];
  next: number;
  criticalCount: number;
  raised: boolean;
}

/** What a further arrival means for the alarm. */
export type InflationChange = 'raised' | 'over' | null;

/**
 * Watches the share of tier 0 among a tenant's arrivals: where everything is critical, nothing is.
 * It says so and changes no tier, as nothing may lower urgency (INF-2).
 */
export class TierInflation {
  readonly #windows = new Map<number, Window>();

  /** The share of tier 0 over the tenant's last arrivals; 0 without any. */
  share(tenant: number): number {
    const window = this.#windows.get(tenant);
    return window === undefined ? 0 : window.criticalCount / window.critical.length;
  }

  arrived(tenant: number, tier: Tier): InflationChange {
    const { window: length, least, raiseAt, overAt } = tierInflationLimits;
    const window = this.#windows.get(tenant) ?? {
      critical: [],
      next: 0,
      criticalCount: 0,
      raised: false,
    };
    this.#windows.set(tenant, window);
    if (window.critical[window.next] === true) window.criticalCount -= 1;
    window.critical[window.next] = tier === 0;
    if (tier === 0) window.criticalCount += 1;
    window.next = (window.next + 1) % length;
    const seen = window.critical.length;
    const share = window.criticalCount / seen;
    if (!window.raised && seen >= least && share >= raiseAt) {
      window.raised = true;
      return 'raised';
    }
    if (window.raised && share < overAt) {
      window.raised = false;
      return 'over';
    }
    return null;
  }
}
