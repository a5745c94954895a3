import { resolve } from 'node:path';
import type { Command } from 'commander';

interface Options {
  readonly host: string;
  readonly port: string;
  readonly data: string;
  readonly demo: boolean;
}

export function registerServe(program: Command): void {
  program
    .command('serve')
    .description('Start the platform: FHIR server, workers and console in one process')
    .option('--host <address>', 'address to listen on', process.env['HOST'] ?? '127.0.0.1')
    .option('--port <n>', 'port to listen on, 0 for any', process.env['PORT'] ?? '8080')
    .option(
      '--data <directory>',
      'keys and the embedded database',
      process.env['HOLDFAST_DATA'] ?? '.holdfast',
    )
    .option('--no-demo', 'leave an empty store empty')
    .addHelpText(
      'after',
      `
Environment:
  DATABASE_URL       use this PostgreSQL (15 to 18) instead of the embedded one
  NODE_ENV           "production" switches the development sign-in and the demo off
  HOLDFAST_PUBLIC_URL  how clients reach this server, e.g. behind a proxy
  HOLDFAST_LOG       log level: info (default), warn, error, debug`,
    )
    .action(serve);
}

async function serve(options: Options): Promise<void> {
  // Loaded here, not above: other commands must not pay for the server.
  const { startServer } = await import('@holdfast/server');
  const startedMs = performance.now();
  const server = await startServer({
    host: options.host,
    port: Number(options.port),
    dataDirectory: resolve(options.data),
    databaseUrl: process.env['DATABASE_URL'],
    environment: process.env['NODE_ENV'],
    demo: options.demo,
    publicUrl: process.env['HOLDFAST_PUBLIC_URL'],
    logLevel: process.env['HOLDFAST_LOG'] ?? 'info',
    onProgress: (line) => process.stderr.write(`  ${line}\n`),
  });
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  process.stderr.write(welcome(server.url, { seconds, signIn: server.developmentSignIn }));
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) process.exit(130);
    stopping = true;
    process.stderr.write(
      '\nStopping: requests in flight finish first. Press Ctrl-C again to stop at once.\n',
    );
    await server.stop();
    process.exit(0);
  };
  process.on('SIGINT', () => void stop());
  process.on('SIGTERM', () => void stop());
}

function welcome(url: string, { seconds, signIn }: { seconds: string; signIn: boolean }): string {
  const fhir = `${url}/fhir/R4`;
  const lines = [
    '',
    `Holdfast serves after ${seconds} s.`,
    '',
    `  Console    ${url}/console/`,
    `  FHIR base  ${fhir}`,
  ];
  if (signIn) {
    lines.push(
      '  Sign in    choose a demo persona in the console (no password; off in production)',
      '',
      'Try next:',
      '',
      `  export TOKEN=$(npx holdfast token clinician --server ${url})`,
      `  curl -H "Authorization: Bearer $TOKEN" "${fhir}/Patient?_count=3"`,
      `  curl -H "Authorization: Bearer $TOKEN" "${fhir}/Observation?patient=ada-demo&category=vital-signs&_sort=-date"`,
    );
  }
  return `${lines.join('\n')}\n\n`;
}
