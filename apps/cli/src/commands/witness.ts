import { join, resolve } from 'node:path';
import { systemClock } from '@holdfast/kernel';
import {
  ed25519Cosigner,
  ed25519VerifierKey,
  loadOrCreateWitnessKey,
  nodeCryptography,
  nodeTreeHasher,
  noteVerifier,
  SIGNATURE_TYPE,
  Witness,
  WitnessDirectory,
  witnessServer,
} from '@holdfast/ledger';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from '../options.ts';

interface Options {
  readonly log: readonly string[];
  readonly name: string;
  readonly data: string;
  readonly host: string;
  readonly port: number;
}

const DEFAULT_PORT = 8090;

/** C2SP tlog-witness: of use where somebody else runs it, on a machine of theirs. */
export function registerWitness(program: Command): void {
  program
    .command('witness')
    .description('Cosign the checkpoints of audit logs that continue what was seen before')
    .requiredOption(
      '--log <keys...>',
      'verifier keys of the logs, as holdfast ledger key prints them',
    )
    .requiredOption('--name <name>', 'name of this witness, e.g. witness.example/clinic')
    .option('--data <directory>', 'its key and what it has seen', '.holdfast-witness')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .addOption(
      new Option('--port <port>', 'port to listen on')
        .default(DEFAULT_PORT)
        .argParser(wholeNumber(0, 65_535)),
    )
    .addHelpText(
      'after',
      `
Example:
  holdfast witness --name witness.example/1 --log "$(holdfast ledger key)"

Set the server's HOLDFAST_WITNESSES to the address and the key that it prints.`,
    )
    .action(serve);
}

async function serve({ log, name, data, host, port }: Options): Promise<void> {
  const directory = resolve(data);
  const privateKey = await loadOrCreateWitnessKey(directory);
  const seen = new WitnessDirectory(join(directory, 'seen'));
  const witness = new Witness({
    logs: new Map(log.map(readLogKey)),
    cosigner: ed25519Cosigner(name, { privateKey, now: () => systemClock.now() }),
    store: seen,
    hasher: nodeTreeHasher,
  });
  const server = witnessServer(witness, seen);
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(port, host, listening);
  });
  const address = server.address();
  const listened = typeof address === 'object' && address !== null ? address.port : port;
  console.log(
    `http://${host}:${listened} ${ed25519VerifierKey(name, privateKey, SIGNATURE_TYPE.cosignatureV1)}`,
  );
  await new Promise<void>((stopped) => {
    process.once('SIGINT', stopped);
    process.once('SIGTERM', stopped);
  });
  server.close();
}

function readLogKey(key: string) {
  const verifier = noteVerifier(key, nodeCryptography);
  if (verifier.ok) return [verifier.value.name, verifier.value] as const;
  throw new InvalidArgumentError(`${key} is no verifier key: ${verifier.error}.`);
}
