import { InvalidArgumentError } from 'commander';
import { WORKER_NUMBER } from '../workers/cluster-worker.ts';
import { editDistance } from './edit-distance.ts';
import { KNOWN_SETTINGS } from './known-settings.ts';

/**
 * What Kubernetes puts into every container for a Service called `holdfast` or `holdfast-...`
 * (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables).
 */
const OF_KUBERNETES = new RegExp(
  [
    '^HOLDFAST_(?:[A-Z0-9_]+_)?',
    '(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?',
    '|PORT(?:_\\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)$',
  ].join(''),
);

/**
 * A misspelt name would leave its setting as it was without a word, and that may be one that protects.
 * @throws InvalidArgumentError naming the nearest that there is
 */
export function refuseUnknownSettings(env: NodeJS.ProcessEnv): void {
  const known = new Set([...KNOWN_SETTINGS, WORKER_NUMBER]);
  const unknown = Object.keys(env).find(
    (name) => name.startsWith('HOLDFAST_') && !known.has(name) && !OF_KUBERNETES.test(name),
  );
  if (unknown === undefined) return;
  throw new InvalidArgumentError(
    `There is no setting ${unknown}. The nearest is ${nearestTo(unknown)}; all are in docs/configuration.md.`,
  );
}

function nearestTo(name: string): string {
  const distances = KNOWN_SETTINGS.map((known) => [known, editDistance(name, known)] as const);
  return distances.reduce((nearest, each) => (each[1] < nearest[1] ? each : nearest))[0];
}
