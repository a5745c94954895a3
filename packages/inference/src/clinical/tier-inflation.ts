import { tierInflationLimits } from '../limits.ts';
import type { Tier } from './tier.ts';

/** Counts arrivals of one tenant over a sliding window. */
interface Window {
  readonly critical: boolean[];
  next: number;
  criticalCount: number;
  /** When the share rose, as the caller's monotonic clock says; null from when it was over. */
  upSinceMs: number | null;
  raised: boolean;
}

/** What a further arrival means for the alarm. */
export type InflationChange = 'raised' | 'over' | null;

/**
 * Watches whether the share of tier 0 among a tenant's arrivals stays high: where everything is
 * critical, nothing is.
 * It says so and changes no tier, as nothing may lower urgency (INF-2).
 */
export class TierInflation {
  readonly #windows = new Map<number, Window>();

  /** The share of tier 0 over the tenant's last arrivals; 0 without any. */
  share(tenant: number): number {
    const window = this.#windows.get(tenant);
    return window === undefined ? 0 : window.criticalCount / window.critical.length;
  }

  /** @param nowMs of a monotonic clock */
  arrived(tenant: number, tier: Tier, nowMs: number): InflationChange {
    const { window: length, least, raiseAt, overAt, lastsMs } = tierInflationLimits;
    const window = this.#windows.get(tenant) ?? {
      critical: [],
      next: 0,
      criticalCount: 0,
      upSinceMs: null,
      raised: false,
    };
    this.#windows.set(tenant, window);
    if (window.critical[window.next] === true) window.criticalCount -= 1;
    window.critical[window.next] = tier === 0;
    if (tier === 0) window.criticalCount += 1;
    window.next = (window.next + 1) % length;
    const seen = window.critical.length;
    const share = window.criticalCount / seen;
    if (share < overAt) window.upSinceMs = null;
    else if (seen >= least && share >= raiseAt) window.upSinceMs ??= nowMs;
    if (!window.raised && window.upSinceMs !== null && nowMs - window.upSinceMs >= lastsMs) {
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
