import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';

export interface Machine {
  readonly cpus: number;
  readonly cpuModel: string;
  /** Bytes. */
  readonly memory: number;
  readonly node: string;
  readonly postgres: string | null;
}

export function machine(postgres: string | undefined): Machine {
  return {
    cpus: availableParallelism(),
    cpuModel: cpus()[0]?.model ?? 'unknown',
    memory: totalmem(),
    node: process.versions.node,
    postgres: postgres ?? null,
  };
}

/** SHA of the checked-out commit, with `-dirty` where files differ from it; `unknown` without git. */
export function commit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const sha = git('rev-parse', 'HEAD');
    return git('status', '--porcelain', '--untracked-files=no') === '' ? sha : `${sha}-dirty`;
  } catch {
    return 'unknown';
  }
}
