import { err, ok, type Result } from '@holdfast/kernel';

/** Which NATS servers carry the log, and how they keep it. */
export interface BrokerSettings {
  /** `nats://` or `tls://` addresses of one cluster; user and password may stand in the first. */
  readonly servers: readonly string[];
  /** A credentials file (JWT and seed) of the account. */
  readonly credentialsFile?: string | undefined;
  /** The authority that signed the servers' certificates, where the system does not know it. */
  readonly caFile?: string | undefined;
  /** On how many servers each message is kept: 1, 3 or 5. */
  readonly replicas: number;
  /** Messages older than this are dropped by the broker; the log itself keeps them. */
  readonly keepDays: number;
}

/** Replicas where none are asked for: a cluster is listed by its members. */
const defaultReplicas = (servers: readonly string[]): number => (servers.length >= 3 ? 3 : 1);
const KEEP_DAYS = 30;

/**
 * Reads `HOLDFAST_NATS_URL` (servers, by commas) and, beside it, `HOLDFAST_NATS_CREDENTIALS`,
 * `HOLDFAST_NATS_CA`, `HOLDFAST_NATS_REPLICAS`, `HOLDFAST_NATS_KEEP_DAYS`.
 *
 * @returns undefined where no server is named; error: the variable and what it takes
 */
export function readBrokerSettings(
  environment: Readonly<Record<string, string | undefined>>,
): Result<BrokerSettings | undefined, string> {
  const servers = listOf(environment['HOLDFAST_NATS_URL']);
  if (servers.length === 0) return ok(undefined);
  const strange = servers.find(
    (server) => !/^(?:nats|tls):\/\/[^\s/]+$/.test(server) || !URL.canParse(server),
  );
  if (strange !== undefined) {
    return err('HOLDFAST_NATS_URL takes addresses such as nats://a:4222,nats://b:4222');
  }
  const replicas = Number(environment['HOLDFAST_NATS_REPLICAS'] || defaultReplicas(servers));
  if (![1, 3, 5].includes(replicas)) return err('HOLDFAST_NATS_REPLICAS takes 1, 3 or 5');
  const keepDays = Number(environment['HOLDFAST_NATS_KEEP_DAYS'] || KEEP_DAYS);
  if (!Number.isInteger(keepDays) || keepDays < 0) {
    return err('HOLDFAST_NATS_KEEP_DAYS takes whole days; 0 keeps everything');
  }
  const credentialsFile = environment['HOLDFAST_NATS_CREDENTIALS'] || undefined;
  const caFile = environment['HOLDFAST_NATS_CA'] || undefined;
  return ok({ servers, replicas, keepDays, credentialsFile, caFile });
}

const listOf = (text: string | undefined): string[] =>
  (text ?? '').split(',').flatMap((each) => each.trim() || []);
