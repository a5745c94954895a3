/** Slot time a tier asks for, averaged over the last seconds. */
export interface OfferedLoad {
  /** Decayed sum of predicted slot time. */
  workMs: number;
  atMs: number;
}

const MEMORY_MS = 10_000;

function decayed(load: OfferedLoad, now: number): number {
  return load.workMs * Math.exp(-(now - load.atMs) / MEMORY_MS);
}

export function offer(load: OfferedLoad, costMs: number, now: number): void {
  load.workMs = decayed(load, now) + costMs;
  load.atMs = now;
}

/** Slots that the arrivals of late keep busy on average (erlangs). */
export function offeredErlangs(load: OfferedLoad, now: number): number {
  return decayed(load, now) / MEMORY_MS;
}

/**
 * Erlang C: the share of arrivals that find every server busy (A. K. Erlang 1917; Poisson
 * arrivals, first come first served). 1 where the servers can't keep up.
 * @param offered erlangs
 */
export function waitingShare(servers: number, offered: number): number {
  if (offered <= 0) return 0;
  if (servers <= offered) return 1;
  // Erlang B by its recursion, which holds no factorials; C follows from it.
  let blocked = 1;
  for (let n = 1; n <= servers; n++) blocked = (offered * blocked) / (n + offered * blocked);
  return blocked / (1 - (offered / servers) * (1 - blocked));
}

/** The fewest servers at which no more than `share` of the arrivals wait, up to `most`. */
export function serversFor(offered: number, share: number, most: number): number {
  for (let servers = 0; servers < most; servers++) {
    if (waitingShare(servers, offered) <= share) return servers;
  }
  return most;
}
