/**
 * The architecture as a table: each workspace and the ones it may import. Whatever is not here is
 * forbidden. Held against it: every import (`npm run check -- layers`), each `package.json`, each
 * `tsconfig.json` and the diagram in ARCHITECTURE.md (`tools/tidy.test.ts`).
 */
export const LAYERS = {
  'packages/kernel': [],
  'packages/admission': ['packages/kernel'],
  'packages/population': ['packages/kernel'],
  'packages/postgres': ['packages/kernel'],
  'packages/identity': ['packages/kernel', 'packages/postgres'],
  'packages/api-contract': ['packages/kernel'],
  'packages/fhir': ['packages/kernel'],
  'packages/ledger': ['packages/kernel', 'packages/postgres'],
  'packages/compliance': ['packages/kernel', 'packages/postgres', 'packages/ledger'],
  'packages/events': ['packages/kernel', 'packages/postgres'],
  'packages/store': [
    'packages/kernel',
    'packages/postgres',
    'packages/fhir',
    'packages/ledger',
    'packages/events',
  ],
  'packages/consent': [
    'packages/kernel',
    'packages/postgres',
    'packages/fhir',
    'packages/ledger',
    'packages/events',
    'packages/store',
  ],
  'packages/signin': ['packages/kernel', 'packages/postgres', 'packages/consent'],
  'packages/inference': ['packages/kernel', 'packages/admission', 'packages/postgres'],
  'packages/subscriptions': [
    'packages/kernel',
    'packages/postgres',
    'packages/fhir',
    'packages/events',
  ],
  'packages/async-requests': ['packages/kernel', 'packages/postgres', 'packages/events'],
  'packages/visibility': ['packages/kernel', 'packages/postgres', 'packages/events'],
  'packages/testkit': ['packages/kernel', 'packages/postgres'],
  'apps/server': [
    'packages/kernel',
    'packages/admission',
    'packages/postgres',
    'packages/api-contract',
    'packages/fhir',
    'packages/ledger',
    'packages/events',
    'packages/store',
    'packages/consent',
    'packages/identity',
    'packages/signin',
    'packages/inference',
    'packages/subscriptions',
    'packages/async-requests',
    'packages/compliance',
    'packages/visibility',
    'packages/population',
  ],
  'apps/cli': [
    'packages/kernel',
    'packages/postgres',
    'packages/api-contract',
    'packages/identity',
    'packages/consent',
    'packages/ledger',
    'packages/compliance',
    'packages/events',
    'packages/inference',
    'packages/population',
    'packages/signin',
    'apps/server',
  ],
  'apps/console': ['packages/kernel', 'packages/api-contract'],
  'examples/consent-only': ['packages/kernel', 'packages/consent'],
  'examples/event-consumer': ['packages/events', 'packages/postgres'],
  bench: [
    'packages/kernel',
    'packages/postgres',
    'packages/fhir',
    'packages/ledger',
    'packages/compliance',
    'packages/events',
    'packages/store',
    'packages/consent',
    'packages/subscriptions',
    'packages/inference',
    'packages/identity',
    'packages/visibility',
  ],
  training: ['packages/inference', 'packages/population'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Workspace = keyof typeof LAYERS;

/** May be imported by any test and by nothing else. */
export const TEST_ONLY: readonly Workspace[] = ['packages/testkit'];

/** The npm name of a workspace. */
export const npmName = (workspace: string): string =>
  `@holdfast/${workspace.slice(workspace.lastIndexOf('/') + 1)}`;

/**
 * Packages whose folder `src/` is a pure core: its files, unless in a folder of `ADAPTERS`, do no input or output and read no clock.
 */
export const PURE_CORES: readonly Workspace[] = [
  'packages/kernel',
  'packages/admission',
  'packages/identity',
  'packages/population',
  'packages/api-contract',
  'packages/fhir',
  'packages/ledger',
  'packages/events',
  'packages/store',
  'packages/consent',
  'packages/inference',
  'packages/visibility',
  'packages/subscriptions',
  'packages/async-requests',
  'packages/compliance',
];

/**
 * Folders of adapters inside a core: what talks to a database, a broker, the file system or another
 * process lives in one.
 */
export const ADAPTERS = '/src/(postgres|nats|onnx|process|backend|http|node|files|smtp)/';

/** Files of a core that may touch the platform all the same, each with its reason. */
export const CORE_EXCEPTIONS: Readonly<Record<string, string>> = {
  'packages/fhir/src/definitions.ts': 'reads the compacted definitions once, at load',
  'packages/ledger/src/keys/key-files.ts': 'keeps signing keys in files; nothing else imports it',
  'packages/subscriptions/src/delivery/endpoint-guard.ts':
    'asks node:net for the arithmetic of addresses; connects to nothing',
  'packages/kernel/src/clock.ts': 'is the clock',
  'packages/kernel/src/timers.ts': 'are the timers',
  'packages/kernel/src/random.ts': 'is the source of randomness',
};
