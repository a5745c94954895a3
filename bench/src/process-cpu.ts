import { readdirSync, readFileSync } from 'node:fs';

/** CPU ms so far of every process that works for the requests. */
export interface CpuReading {
  readonly server: number;
  readonly database: number;
}

/** Clock ticks a second of /proc/PID/stat: 100 on Linux for user space. */
const TICKS_PER_SECOND = 100;
/** Positions in /proc/PID/stat after the command's name (proc(5)): parent and four times. */
const PARENT = 1;
const TIMES = [11, 12, 13, 14];

/**
 * CPU ms (user and system, in steps of 10) that the trees of processes below `roots` have used so
 * far, ended children included, so that the difference of two readings is what was used between
 * them even where processes came and went. Linux only.
 */
export function cpuOfTrees(roots: readonly number[]): number {
  const stats = new Map<number, readonly string[]>();
  for (const name of readdirSync('/proc')) {
    const fields = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    if (fields !== undefined) stats.set(Number(name), fields);
  }
  const below = (pid: number): boolean => {
    if (roots.includes(pid)) return true;
    const parent = Number(stats.get(pid)?.[PARENT] ?? 0);
    return parent > 1 && below(parent);
  };
  let ticks = 0;
  for (const [pid, fields] of stats) {
    if (below(pid)) for (const position of TIMES) ticks += Number(fields[position]);
  }
  return (ticks * 1000) / TICKS_PER_SECOND;
}

function statOf(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined; // it ended while we looked
  }
}

/** CPU ms of one single-threaded process, to the nanosecond: a PostgreSQL back end. */
export function cpuOfBackend(pid: number): number {
  const [running = '0'] = readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ');
  return Number(running) / 1e6;
}
