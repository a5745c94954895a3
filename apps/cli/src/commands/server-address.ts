import { createClient } from '@holdfast/api-contract';
import type { Command } from 'commander';

export interface ServerAddress {
  readonly server: string;
}

/** The flag that every command shares that talks to a running server. */
export function withServerAddress(command: Command): Command {
  return command.option(
    '--server <url>',
    'root address of a running server',
    process.env['HOLDFAST_SERVER'] ?? 'http://127.0.0.1:8080',
  );
}

/** The token to call with: HOLDFAST_TOKEN, else one of the development sign-in. */
export async function tokenFor({ server }: ServerAddress, persona: string): Promise<string> {
  const given = process.env['HOLDFAST_TOKEN'];
  if (given !== undefined) return given;
  const answer = await createClient({ baseUrl: server, fetch }).issueToken({ persona });
  return answer.access_token;
}
