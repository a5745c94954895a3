// Holds every import against `layers.ts`: `npm run check -- layers`.
// Ends with 1 on a forbidden import, and also where the cruiser saw less than git lists: with a
// parser it does not find, dependency-cruiser reports "no violations" over no modules at all.

import { readFileSync } from 'node:fs';
import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser';
import {
  ADAPTERS,
  CORE_EXCEPTIONS,
  LAYERS,
  PURE_CORES,
  TEST_ONLY,
  type Workspace,
} from './layers.ts';
import { sourceFiles } from './source-files.mjs';

const TESTS = '(\\.test\\.tsx?$|/testing/|\\.config\\.ts$)';

/** Hashing is arithmetic; everything else of Node is input, output or the clock. */
const IMPURE_MODULES = [
  'child_process',
  'dgram',
  'dns',
  'fs',
  'http',
  'http2',
  'https',
  'net',
  'os',
  'process',
  'timers',
  'tls',
  'worker_threads',
].map((name) => `^(node:)?${name}(/|$)`);

const workspaces = Object.keys(LAYERS) as Workspace[];

function arrowRules(): IForbiddenRuleType[] {
  return workspaces.map((workspace) => {
    const allowed = [workspace, ...LAYERS[workspace], ...TEST_ONLY];
    return {
      name: `layers-${workspace}`,
      comment: `${workspace} may import: ${LAYERS[workspace].join(', ') || 'nothing'}`,
      severity: 'error',
      from: { path: `^${workspace}/` },
      to: {
        path: '^(packages|apps|examples|bench|training|tools)/',
        pathNot: `^(${allowed.join('|')})/`,
      },
    };
  });
}

const houseRules: IForbiddenRuleType[] = [
  {
    name: 'no-cycle',
    comment: 'Type-only cycles count too: they are how one big ball begins.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'entry-points-only',
    comment: 'Another package is what it exports, not its files.',
    severity: 'error',
    from: { path: '^(packages/[^/]+|apps/[^/]+|examples/[^/]+|bench|training)/' },
    to: { path: '^(packages|apps)/', pathNot: ['^$1/', ...entryPoints()] },
  },
  {
    name: 'testkit-in-tests-only',
    severity: 'error',
    from: {
      path: '^(packages|apps|examples|bench|training)/',
      pathNot: [TESTS, ...TEST_ONLY.map((w) => `^${w}/`)],
    },
    to: { path: TEST_ONLY.map((workspace) => `^${workspace}/`) },
  },
  {
    name: 'tests-are-leaves',
    comment: 'What two tests share is a file of its own under testing/.',
    severity: 'error',
    from: {},
    to: { path: '\\.test\\.tsx?$' },
  },
  {
    name: 'pure-core',
    comment: 'Input and output belong into a folder named after the adapter.',
    severity: 'error',
    from: {
      path: PURE_CORES.map((w) => `^${w}/src/`),
      pathNot: [TESTS, ADAPTERS, ...Object.keys(CORE_EXCEPTIONS)],
    },
    to: { path: [...IMPURE_MODULES, 'node_modules/pg/'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'resolves',
    severity: 'error',
    from: { path: '^(packages|apps|examples|bench|training|tools)/' },
    to: { couldNotResolve: true },
  },
];

/** The files that `exports` of the packages name, as patterns. */
function entryPoints(): string[] {
  return workspaces.flatMap((workspace) => {
    const manifest = JSON.parse(readFileSync(`${workspace}/package.json`, 'utf8')) as {
      exports?: Record<string, Record<string, string>>;
    };
    const sources = Object.values(manifest.exports ?? {}).map((entry) => entry['@holdfast/source']);
    return sources.flatMap((source) =>
      source === undefined ? [] : [`^${workspace}/${source.slice(2).replaceAll('.', '\\.')}$`],
    );
  });
}

async function cruiseAll(): Promise<ICruiseResult> {
  const { output } = await cruise(
    ['packages', 'apps', 'examples', 'bench', 'training', 'tools'],
    {
      ruleSet: { forbidden: [...houseRules, ...arrowRules()] },
      validate: true,
      tsPreCompilationDeps: true,
      doNotFollow: { path: 'node_modules' },
      exclude: { path: '(^|/)(dist|generated)/' },
    },
    {
      conditionNames: ['@holdfast/source', 'import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.mts', '.mjs', '.js', '.cjs', '.d.ts'],
    },
  );
  if (typeof output === 'string') throw new Error(output);
  return output;
}

/** Source files of git's list that the cruiser did not visit. */
function unseen(result: ICruiseResult): string[] {
  const seen = new Set(result.modules.map((module) => module.source));
  const listed = sourceFiles().filter((file) =>
    /^(packages|apps|examples|bench|training|tools)\/.*(?<!\.d)\.(ts|tsx|mjs)$/.test(file),
  );
  return listed.filter((file) => !seen.has(file));
}

const result = await cruiseAll();
const problems = result.summary.violations.map(
  ({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`,
);
problems.push(...unseen(result).map((file) => `not seen by the cruiser: ${file}`));
for (const problem of problems) console.error(problem);
const { totalCruised, totalDependenciesCruised = 0 } = result.summary;
console.log(
  `${totalCruised} modules, ${totalDependenciesCruised} imports, ${workspaces.length} workspaces, ` +
    `${problems.length} problems`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
