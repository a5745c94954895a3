import type { Actor } from '@holdfast/consent';
import type { AnyConsumer } from '@holdfast/events';
import {
  ChildPool,
  type ChildPoolOptions,
  HttpBackend,
  type InferenceBackend,
  InferenceOrchestrator,
  openInferenceProtocol,
  readModels,
  registryOf,
  type ScorerRegistry,
  SplitBackend,
  scorerRegistry,
} from '@holdfast/inference';
import type { Clock, Random, TenantId } from '@holdfast/kernel';
import type { AttemptCounts, SignalRecorder } from '@holdfast/visibility';
import type { AuditTrail } from '../audit-trail.ts';
import type { Database } from '../database.ts';
import { scoreAttempts } from '../score-attempts.ts';
import { ScoreLatencies } from '../score-latencies.ts';
import { consentChanges } from '../workers/consent-changes.ts';
import { inferenceConsumers } from '../workers/inference-consumer.ts';
import { ModelDesk } from './model-desk.ts';
import type { RecordStore } from './record-store.ts';
import { versionKeeper } from './version-keeper.ts';

export interface IntelligenceParts {
  readonly tenant: TenantId;
  readonly database: Database;
  readonly records: RecordStore;
  readonly audit: AuditTrail;
  readonly signals: SignalRecorder;
  readonly attempts: AttemptCounts;
  readonly clock: Clock;
  readonly random: Random;
  readonly dataDirectory: string;
  readonly trouble: (error: unknown) => void;
  /** Address of a server that runs the trained models (Open Inference Protocol 2); undefined: here. */
  readonly modelServer: string | undefined;
  /** How the children of the back end start; undefined = from the build. */
  readonly program: ChildPoolOptions['program'] | undefined;
}

/** Inference on events: the back end, what orders its work, and the consumers that ask for it. */
export interface Intelligence {
  readonly backend: ChildPool;
  readonly orchestrator: InferenceOrchestrator;
  readonly models: ModelDesk;
  readonly scoreLatencies: ScoreLatencies;
  readonly inferenceConsumers: readonly AnyConsumer[];
}

/** Conditions of the back end that end when it is well again. */
const LASTING = ['inference-backend-exited', 'inference-breaker-open'] as const;

/** Reads triggers and inputs, writes results: the platform's own decision support. */
const inferenceActor = (tenant: TenantId): Actor => ({
  tenant,
  principal: 'Device/holdfast-inference',
  closure: ['Device/holdfast-inference'],
  roles: ['system'],
  purposes: ['TREAT'],
  emergency: false,
  tokenId: 'holdfast-inference',
});

/** The children start to warm up; the consumers wait for their runtime. */
export function prepareIntelligence(parts: IntelligenceParts): Intelligence {
  const { tenant, database, records, audit, clock, random, program } = parts;
  const { models } = readModels();
  const here = parts.modelServer === undefined ? models : [];
  const backend = new ChildPool({ models: here, ...(program === undefined ? {} : { program }) });
  backend.warm();
  const scorers = new Map([...scorerRegistry, ...registryOf(models.map(({ twin }) => twin))]);
  const at = { tenant, pool: database.workers, trouble: parts.trouble };
  const desk = new ModelDesk({
    ...{ ...at, backend, scorers, shipped: models, dataDirectory: parts.dataDirectory },
    isLocal: parts.modelServer === undefined,
  });
  const asked = withModelServer(backend, desk, parts.modelServer);
  const orchestrator = orchestratorOf({ backend: asked, scorers }, parts);
  const counted = scoreAttempts(parts.attempts, clock);
  const keep = versionKeeper({ ...at, desk, signals: parts.signals });
  const scoreLatencies = new ScoreLatencies();
  const consumers = inferenceConsumers({
    actor: inferenceActor(tenant),
    pool: database.workers,
    ...records,
    orchestrator,
    audit,
    clock,
    random,
    modelFor: (pipeline, of) => desk.choose(pipeline, of),
    onAnswered: (record) => {
      counted(record);
      keep(record);
    },
    onScored: (tier, latencyMs) => scoreLatencies.scored(tier, latencyMs),
  });
  return {
    backend,
    orchestrator,
    models: desk,
    scoreLatencies,
    inferenceConsumers: [...consumers, consentChanges(orchestrator)],
  };
}

/** The pool alone, or beside a server that has the trained models. */
function withModelServer(
  pool: ChildPool,
  desk: ModelDesk,
  url: string | undefined,
): InferenceBackend {
  if (url === undefined) return pool;
  const artifacts = () => desk.models().map(({ artifact }) => artifact);
  const protocol = openInferenceProtocol({ url, models: artifacts, binary: true });
  return new SplitBackend({
    scores: pool,
    models: new HttpBackend({ component: 'model-server', protocol }),
    isModel: ({ id }) => desk.models().some(({ model }) => model.id === id),
  });
}

function orchestratorOf(
  { backend, scorers }: { readonly backend: InferenceBackend; readonly scorers: ScorerRegistry },
  { signals, tenant }: IntelligenceParts,
): InferenceOrchestrator {
  return new InferenceOrchestrator({
    backend,
    scorers,
    onReport: (report) => {
      signals.report({
        cause: report.cause,
        tenant: report.tenant ?? tenant,
        patients: report.patients,
        tier: report.tier,
        outcome: 'degraded',
      });
    },
    onDeflated: (of) => signals.resolve({ cause: 'inference-tier-inflation', tenant: of }),
    onRecovered: () => {
      for (const cause of LASTING) signals.resolve({ cause, tenant });
    },
  });
}
