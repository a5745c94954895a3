import type { Overview, RecentEvent, Signal } from '@holdfast/api-contract';

/** A small seeded generator (mulberry32): the same seed draws the same demo. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();

const TYPES = [
  'Observation',
  'Observation',
  'Encounter',
  'QuestionnaireResponse',
  'RiskAssessment',
];

/** One event of the demo; `n` is its place in the log. */
export function demoEvent(n: number, atMs: number): RecentEvent {
  const draw = seeded(n);
  const type = TYPES[Math.floor(draw() * TYPES.length)] ?? 'Observation';
  const interaction = draw() < 0.8 ? 'create' : 'update';
  return {
    id: `1:${n}`,
    at: iso(atMs),
    type: `${type.toLowerCase()}.${interaction}`,
    interaction,
    lagMs: draw() < 0.05 ? null : Math.round(4 + draw() * 40),
  };
}

/** An open failure of the inference back end that reached `patients` people. */
export function demoSignal(openedAtMs: number, patients: number): Signal {
  return {
    id: '0190b6a1-7d11-7000-8000-000000000001',
    cause: 'inference-backend-down',
    component: 'inference',
    dependency: 'onnx-children',
    severity: 'critical',
    openedAt: iso(openedAtMs),
    lastSeenAt: iso(openedAtMs + 38_000),
    occurrences: 12,
    patients: { count: patients },
    outcome: 'degraded',
    tenant: 1,
    summary:
      'The inference child processes exit at once; scores come from the deterministic ladder.',
    nextStep: 'Read the last lines of the child process log, then restart the back end.',
  };
}

const MINOR: Omit<Signal, 'openedAt' | 'lastSeenAt'> = {
  id: '0190b6a1-7d11-7000-8000-000000000002',
  cause: 'consumer-stream-parked',
  component: 'events',
  severity: 'major',
  occurrences: 3,
  patients: { count: 1 },
  outcome: 'delayed',
  tenant: 1,
  summary: 'One stream is parked: its next event fails the same way at every attempt.',
  nextStep: 'Open the dead letter, mend the cause and redrive it.',
};

export interface DemoOptions {
  readonly atMs: number;
  readonly startedAtMs: number;
  /** Events so far; the newest rows are made from it. */
  readonly total: number;
  readonly signals?: 'none' | 'open';
  readonly database?: 'up' | 'down';
}

/** A busy server's snapshot, drawn from the instant alone: the same instant, the same figures. */
export function demoOverview(options: DemoOptions): Overview {
  const { atMs, startedAtMs, total } = options;
  const second = Math.floor(atMs / 1_000);
  const rate = (s: number) => Math.round(34 + 14 * Math.sin(s / 7) + seeded(s)() * 16);
  const over = (of: (s: number) => number) =>
    Array.from({ length: 60 }, (_, i) => of(second - 60 + i));
  const perSecond = over(rate);
  const deniedPerSecond = over((s) =>
    seeded(s * 3)() < 0.22 ? 1 + Math.floor(seeded(s)() * 3) : 0,
  );
  const failedPerSecond = over((s) =>
    options.signals === 'open' && s % 60 > 44 && s % 60 < 49 ? 1 : 0,
  );
  const served = 18_240 + Math.floor((atMs - startedAtMs) / 25);
  const open = options.signals === 'open';
  return {
    at: iso(atMs),
    startedAt: iso(startedAtMs),
    version: '0.1.0',
    database: { state: options.database ?? 'up', version: '18.4', since: iso(startedAtMs) },
    requests: {
      total: served,
      denied: 312,
      failed: open ? 9 : 0,
      inFlight: 3,
      perSecond,
      deniedPerSecond,
      failedPerSecond,
      p50Ms: 2.1,
      p99Ms: 18.4,
      byOutcome: {
        succeeded: served - 391,
        denied: 312,
        notFound: 41,
        conflicted: 6,
        throttled: 0,
        invalid: 23,
        failed: open ? 9 : 0,
      },
    },
    decisions: { permitted: 17_604, denied: 289 },
    events: {
      total,
      lastEventAt: iso(atMs - 240),
      push: { mode: 'logical', reason: null },
      groups: [
        group('inference', {
          processed: total - 3,
          lagEvents: 3,
          oldestUnprocessedAt: iso(atMs - 240),
        }),
        group('search-index', { processed: total }),
        group('visibility', { processed: total, parkedStreams: open ? 1 : 0 }),
      ],
      recent: Array.from({ length: Math.min(50, total) }, (_, i) =>
        demoEvent(total - i, atMs - 240 - i * 180),
      ),
    },
    inference: inferenceFigures(open),
    ledger: {
      origin: 'holdfast.example/audit',
      size: 9_214 + Math.floor((atMs - startedAtMs) / 400),
      rootHash: Array.from({ length: 64 }, (_, i) => (seeded(second * 64 + i)() * 16) & 15)
        .map((nibble) => nibble.toString(16))
        .join(''),
      pending: 7,
      pendingSince: iso(atMs - 900),
      lastCheckpointAt: iso(atMs - 4_200),
    },
    signals: open
      ? [
          demoSignal(atMs - 200_000, 14),
          { ...MINOR, openedAt: iso(atMs - 95_000), lastSeenAt: iso(atMs - 12_000) },
        ]
      : [],
  };
}

type Group = Overview['events']['groups'][number];

function group(name: string, figures: Partial<Group>): Group {
  const none = { processed: 0, lagEvents: 0, oldestUnprocessedAt: null, parkedStreams: 0 };
  return { group: name, ...none, deadLetters: 0, state: 'live', ...figures };
}

function inferenceFigures(degraded: boolean): Overview['inference'] {
  return {
    backend: degraded
      ? { state: 'fallback', children: 0, restarts: 6 }
      : { state: 'up', children: 2, restarts: 0 },
    models: [
      {
        model: 'deterioration-24h@1',
        children: degraded ? 0 : 2,
        runtime: 'onnxruntime',
        why: null,
        bytes: 61_000_000,
        statement: 'Trained on synthetic data. Not for care.',
      },
    ],
    rungs: { backend: 3_033, twin: degraded ? 31 : 0, variant: 0, 'in-process': degraded ? 12 : 0 },
    tiers: [
      {
        ...{ tier: 0, name: 'Emergency', waiting: 0, running: 1, completed: 41 },
        ...{ degraded: degraded ? 12 : 0, refused: 0, oldestWaitMs: null, targetMs: 1_000 },
        ...{ p50Ms: 12.5, p99Ms: 48 },
      },
      {
        ...{ tier: 1, name: 'Urgent', waiting: 3, running: 1, completed: 388 },
        ...{ degraded: degraded ? 31 : 0, refused: 0, oldestWaitMs: 4_300, targetMs: 5_000 },
        ...{ p50Ms: 210, p99Ms: 1_900 },
      },
      {
        ...{ tier: 2, name: 'Routine', waiting: 17, running: 2, completed: 2_604 },
        ...{ degraded: 0, refused: 0, oldestWaitMs: degraded ? 71_000 : 9_400, targetMs: 60_000 },
        ...{ p50Ms: 1_400, p99Ms: 12_800 },
      },
      {
        ...{ tier: 3, name: 'Batch', waiting: 240, running: 0, completed: 9_120 },
        ...{ degraded: 0, refused: 2, oldestWaitMs: 640_000, targetMs: 3_600_000 },
        ...{ p50Ms: 61_000, p99Ms: 900_000 },
      },
    ],
  };
}
