import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { say, withProgress } from './progress.mjs';
import { ROOT, runProgram } from './run-program.mjs';
import { sourceFiles } from './source-files.mjs';

/**
 * Programs that some tests drive. A test that needs one calls its finder in `@holdfast/testkit`
 * and skips where it finds nothing.
 */
const PROGRAMS = [
  {
    title: 'Chromium',
    finder: 'chromiumPath',
    names: ['chromium', 'chromium-browser', 'google-chrome'],
    variable: 'HOLDFAST_CHROMIUM',
    debian: 'chromium',
  },
  {
    title: 'nats-server',
    finder: 'natsServerPath',
    names: ['nats-server'],
    variable: 'HOLDFAST_NATS_SERVER',
    debian: 'nats-server',
  },
];

/** Where Debian puts servers, which an ordinary user's PATH does not name. As in the testkit. */
const BESIDE_PATH = ['/usr/local/sbin', '/usr/sbin'];

/** Installs what is missing where it may, and says in one line each what will be skipped. */
export async function ensureTestPrograms() {
  for (const program of PROGRAMS) {
    const users = filesThatCall(program.finder);
    if (users.length === 0 || isPresent(program)) continue;
    if (mayInstall()) await install(program.debian);
    if (isPresent(program)) continue;
    say(
      `Skipping what drives ${program.title}, which is not here: ${users.join(', ')}. ` +
        `To run it: sudo apt-get install ${program.debian}, or set ${program.variable}.`,
    );
  }
}

/** @param {string} finder */
function filesThatCall(finder) {
  const tests = sourceFiles().filter((file) => /\.test\.tsx?$/.test(file));
  return tests.filter((file) => readFileSync(join(ROOT, file), 'utf8').includes(`${finder}(`));
}

/** @param {{ variable: string, names: readonly string[] }} program */
function isPresent({ variable, names }) {
  const given = process.env[variable];
  if (given !== undefined) return existsSync(given);
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), ...BESIDE_PATH];
  return directories.some((directory) => names.some((name) => existsSync(join(directory, name))));
}

function mayInstall() {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version');
}

/** @param {string} name */
async function install(name) {
  await withProgress(`Installing ${name} with apt-get`, async () => {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    const args = ['install', '-y', '--no-install-recommends', name];
    const first = await runProgram('apt-get', args, { quiet: true, env });
    if (first.code === 0) return;
    await runProgram('apt-get', ['update'], { quiet: true, env });
    await runProgram('apt-get', args, { quiet: true, env });
  });
}
