import type { BrokerFacts } from '@holdfast/events';
import { type Finding, findingsOf } from './finding.ts';

/** What one server's monitoring address says of its JetStream; null where there is none. */
export interface SyncFacts {
  readonly monitor: string;
  /** Whether each write is on disk before it is acknowledged; null where it could not be read. */
  readonly always: boolean | null;
}

export interface BrokerJudgement {
  readonly facts: BrokerFacts;
  readonly replicas: number;
  readonly sync: readonly SyncFacts[];
  /** In production what weakens durability must be mended; else it should be. */
  readonly production: boolean;
}

const { well, should, must } = findingsOf('broker');
/** Versions before it lost acknowledged messages after a power cut, also with three copies. */
const SOUND = [2, 12, 3] as const;

/** Holds a NATS cluster against what carries the log without loss. */
export function judgeBroker(judgement: BrokerJudgement): Finding[] {
  return [
    ...serversOf(judgement),
    ...copiesOf(judgement),
    ...syncOf(judgement),
    ...streamOf(judgement),
  ];
}

const weighed = ({ production }: BrokerJudgement) => (production ? must : should);

function serversOf(judgement: BrokerJudgement): Finding[] {
  return judgement.facts.servers.map(({ server, version, jetstream, error }) => {
    if (version === null) return must(`${server}: ${error}`, 'Start it, or mend HOLDFAST_NATS_URL');
    if (!jetstream)
      return must(`${server} has no JetStream`, 'Add a jetstream block with store_dir');
    return isSound(version)
      ? well(`${server} is NATS ${version}`)
      : weighed(judgement)(
          `${server} is NATS ${version}, older than ${SOUND.join('.')}`,
          'Upgrade, then set sync_interval: always. Until then a power cut may lose what it acknowledged; the relay finds that and fills it from the log',
        );
  });
}

export function isSound(version: string): boolean {
  const parts = version.split(/[.-]/).slice(0, 3).map(Number);
  for (const [i, least] of SOUND.entries()) {
    const part = parts[i] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}

function copiesOf(judgement: BrokerJudgement): Finding[] {
  if (judgement.replicas >= 3) return [well(`each message is kept ${judgement.replicas} times`)];
  return [
    weighed(judgement)(
      'each message is kept on one server',
      'Run three servers and name them in HOLDFAST_NATS_URL (docs/nats.md)',
    ),
  ];
}

function syncOf(judgement: BrokerJudgement): Finding[] {
  if (judgement.sync.length === 0) {
    return [
      weighed(judgement)(
        'whether writes are synced is not known',
        'Name the monitoring addresses in HOLDFAST_NATS_MONITOR, e.g. http://a:8222,http://b:8222',
      ),
    ];
  }
  return judgement.sync.map(({ monitor, always }) => {
    if (always === true) return well(`${monitor} syncs every write`);
    const what = always === null ? 'does not say whether it syncs' : 'does not sync every write';
    return weighed(judgement)(`${monitor} ${what}`, 'Set jetstream { sync_interval: always }');
  });
}

function streamOf({ facts: { stream, servers } }: BrokerJudgement): Finding[] {
  if (stream === null) {
    if (servers.every(({ version }) => version === null)) return [];
    return [should('there is no stream of events yet', 'Start the server: its relay makes it')];
  }
  return [
    well(`the stream holds ${stream.messages} events`),
    ...stream.differences.map((difference) =>
      must(
        `the stream's ${difference}`,
        'Restart the server: it sets what can be set, and says what cannot',
      ),
    ),
    ...(stream.copiesBehind === 0
      ? []
      : [must(`${stream.copiesBehind} copies of the stream do not follow`, 'Start those servers')]),
  ];
}
