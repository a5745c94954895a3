import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';

/** Whether a process of this number exists, whoever's it is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return stateOf(pid) !== 'Z';
}

/** A text that no other process of this number has had since boot; undefined if there is none now. */
export function startOfProcess(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  const fields = procStat(pid);
  if (fields !== undefined) return fields[19] ?? ''; // field 22 of proc(5): start time in ticks
  return ps(pid, 'lstart') ?? '';
}

/** Whether the process is a postmaster of this cluster: its working directory is the cluster. */
export function isPostmasterOf(pid: number, cluster: string): boolean {
  if (!isAlive(pid)) return false;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === cluster;
  } catch {
    return ps(pid, 'command')?.includes(cluster) ?? false;
  }
}

/** A zombie answers signals but runs no more: nobody has collected it yet. */
function stateOf(pid: number): string | undefined {
  return procStat(pid)?.[0];
}

/** Fields of `/proc/PID/stat` from the third on; the name before them may contain anything. */
function procStat(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function ps(pid: number, column: string): string | undefined {
  const { status, stdout } = spawnSync('ps', ['-o', `${column}=`, '-p', String(pid)], {
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : undefined;
}
