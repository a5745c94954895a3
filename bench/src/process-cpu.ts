import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second of /proc/PID/stat: fixed at 100 on Linux for user space. */
const TICKS_PER_SECOND = 100;

interface ProcessTimes {
  readonly parent: number;
  readonly cpuMs: number;
}

/**
 * CPU time in ms (user and system, all threads, in steps of 10 ms) that each process of the given
 * trees has used so far, by process id. Linux only.
 */
export function cpuOfTrees(roots: readonly number[]): Map<number, number> {
  const all = new Map<number, ProcessTimes>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const times = Number.isInteger(pid) ? timesOf(pid) : undefined;
    if (times !== undefined) all.set(pid, times);
  }
  const wanted = new Map<number, number>();
  const belongs = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = all.get(at)?.parent) {
      if (roots.includes(at)) return true;
    }
    return false;
  };
  for (const [pid, times] of all) if (belongs(pid)) wanted.set(pid, times.cpuMs);
  return wanted;
}

/** CPU ms used between two readings; a process that started in between counts whole. */
export function cpuBetween(before: Map<number, number>, after: Map<number, number>): number {
  let total = 0;
  for (const [pid, ms] of after) total += Math.max(0, ms - (before.get(pid) ?? 0));
  return total;
}

function timesOf(pid: number): ProcessTimes | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { parent: Number(fields[1]), cpuMs: (ticks * 1000) / TICKS_PER_SECOND };
  } catch {
    return undefined; // it ended while we looked
  }
}

/** CPU ms of one single-threaded process, to the nanosecond: a PostgreSQL back end. */
export function cpuOfBackend(pid: number): number {
  const [running = '0'] = readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ');
  return Number(running) / 1e6;
}
