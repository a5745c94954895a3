import { createClient } from '@holdfast/api-contract';
import type { Command } from 'commander';
import { serverOption } from '../options.ts';
import { developmentToken, explained, type ServerAddress } from './server-address.ts';

export function registerToken(program: Command): void {
  program
    .command('token')
    .argument('[persona]', 'as whom; without it the personas are listed')
    .description('Print a development token, e.g. for curl')
    .addOption(serverOption())
    .addHelpText(
      'after',
      `
Example:
  export HOLDFAST_TOKEN=$(npx holdfast token clinician)

Asks the development sign-in, whatever HOLDFAST_TOKEN holds. There is none in production.`,
    )
    .action(async (persona: string | undefined, address: ServerAddress) => {
      if (persona === undefined) await listPersonas(address);
      else process.stdout.write(`${await developmentToken(address, persona)}\n`);
    });
}

async function listPersonas({ server }: ServerAddress): Promise<void> {
  const client = createClient({ baseUrl: server, fetch });
  const personas = await client.listPersonas().catch((error: unknown) => {
    throw explained(error, server);
  });
  const width = Math.max(...personas.map(({ id }) => id.length));
  for (const { id, name, description } of personas) {
    console.log(`${id.padEnd(width)}  ${name}. ${description}`);
  }
}
