import type { Leaves } from './observation.ts';

/** Leaves that estimate anything at all. */
const LEAVES_MIN = 20;

/** More than this between attempts of one leaf is no spread but another cause. */
const CORRELATION_MAX = 0.5;

/**
 * How much attempts of one leaf fail together beyond a common rate (the intraclass correlation),
 * by moments over the leaves that no cause explains: E[(f - np)^2] = np(1 - p)(1 + (n - 1)c).
 *
 * @param trimmed share of the leaves, those furthest off, that is left out
 */
export function correlationAround(
  leaves: Leaves,
  explained: Uint8Array,
  { rate, trimmed }: { readonly rate: number; readonly trimmed: number },
): number {
  const parts: { readonly excess: number; readonly slope: number }[] = [];
  for (let leaf = 0; leaf < leaves.count; leaf++) {
    const attempts = leaves.total[leaf] ?? 0;
    const p = Math.min(1, rate * (leaves.usualRate?.[leaf] ?? 1));
    const variance = attempts * p * (1 - p);
    if (explained[leaf] === 1 || variance <= 0) continue;
    const off = (leaves.failed[leaf] ?? 0) - attempts * p;
    // In units of the leaf's own variance, so that the largest does not speak for all.
    parts.push({ excess: (off * off) / variance - 1, slope: Math.max(0, attempts - 1) });
  }
  if (parts.length < LEAVES_MIN) return 0;
  parts.sort((a, b) => a.excess / (a.slope + 1) - b.excess / (b.slope + 1));
  const kept = parts.slice(0, Math.ceil(parts.length * (1 - trimmed)));
  const excess = kept.reduce((sum, part) => sum + part.excess, 0);
  const slope = kept.reduce((sum, part) => sum + part.slope, 0);
  return slope <= 0 ? 0 : Math.min(CORRELATION_MAX, Math.max(0, excess / slope));
}
