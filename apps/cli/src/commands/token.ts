import type { Command } from 'commander';
import { type ServerAddress, tokenFor, withServerAddress } from './server-address.ts';

export function registerToken(program: Command): void {
  withServerAddress(
    program
      .command('token')
      .argument('<persona>', 'see GET /development/personas')
      .description('Print a development token, e.g. for curl'),
  ).action(async (persona: string, address: ServerAddress) => {
    process.stdout.write(`${await tokenFor(address, persona)}\n`);
  });
}
