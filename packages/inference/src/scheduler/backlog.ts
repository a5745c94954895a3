/** What waits of a tier, by its own tier however promoted, and how fast it is served. */
export interface Backlog {
  jobs: number;
  /** Predicted slot time of them. */
  waitingMs: number;
  readonly byTenant: Map<number, { jobs: number; waitingMs: number }>;
  /** Slot time given out, and the time over which work waited: their quotient is the rate. */
  servedMs: number;
  backloggedMs: number;
  atMs: number;
}

/** Old evidence counts half as soon as there is this much of newer. */
const MEMORY_MS = 5_000;
/** Less evidence than this predicts nothing. */
const ENOUGH_MS = 250;

export function emptyBacklog(now: number): Backlog {
  return { jobs: 0, waitingMs: 0, byTenant: new Map(), servedMs: 0, backloggedMs: 0, atMs: now };
}

/** Lets time pass; call before what waits changes. */
function observe(backlog: Backlog, now: number): void {
  if (backlog.jobs > 0) backlog.backloggedMs += now - backlog.atMs;
  backlog.atMs = now;
  if (backlog.backloggedMs < 2 * MEMORY_MS) return;
  backlog.backloggedMs /= 2;
  backlog.servedMs /= 2;
}

/** Work of a tenant that comes into the queue or, below 0, leaves it. */
export interface QueueChange {
  readonly tenant: number;
  readonly jobs: 1 | -1;
  readonly workMs: number;
}

export function changeBacklog(backlog: Backlog, change: QueueChange, now: number): void {
  observe(backlog, now);
  const { tenant, jobs, workMs } = change;
  const own = backlog.byTenant.get(tenant) ?? { jobs: 0, waitingMs: 0 };
  backlog.jobs += jobs;
  own.jobs += jobs;
  own.waitingMs += jobs * workMs;
  backlog.waitingMs += jobs * workMs;
  if (own.jobs === 0) backlog.byTenant.delete(tenant);
  else backlog.byTenant.set(tenant, own);
  // Sums of what came and went drift by rounding; an empty queue is the place to forget it.
  if (backlog.jobs === 0) backlog.waitingMs = 0;
}

/** Slot time given to work that had waited; below 0 for what was stopped and comes back. */
export function countServed(backlog: Backlog, workMs: number): void {
  backlog.servedMs = Math.max(0, backlog.servedMs + workMs);
}

/**
 * Milliseconds until more work of a tenant would start, at the rate of the last seconds; 0 while
 * nothing is known. Tenants take turns, so a small backlog among large ones is through early.
 */
export function predictedWaitMs(backlog: Backlog, tenant: number): number {
  if (backlog.backloggedMs < ENOUGH_MS || backlog.servedMs === 0) return 0;
  const own = backlog.byTenant.get(tenant)?.waitingMs ?? 0;
  const ahead = Math.min(backlog.waitingMs, own * backlog.byTenant.size);
  return (ahead * backlog.backloggedMs) / backlog.servedMs;
}
