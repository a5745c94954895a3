import { createClient } from '@holdfast/api-contract';
import { Fault } from '@holdfast/kernel';
import { CommandFailure, EXIT } from '../exit.ts';
import type { Asker } from '../options.ts';

export interface ServerAddress {
  readonly server: string;
}

/**
 * The token to call with: HOLDFAST_TOKEN, else one of the development sign-in. A persona that was
 * typed goes first: what is left in the environment must not answer in somebody else's name.
 */
export async function tokenFor(address: ServerAddress, { persona, typed }: Asker): Promise<string> {
  const given = process.env['HOLDFAST_TOKEN'];
  if (!typed && given !== undefined && given !== '') return given;
  return developmentToken(address, persona);
}

/** A token of the development sign-in, whatever the environment holds. */
export async function developmentToken(
  { server }: ServerAddress,
  persona: string,
): Promise<string> {
  const client = createClient({ baseUrl: server, fetch });
  try {
    return (await client.issueToken({ persona })).access_token;
  } catch (error) {
    if (error instanceof Fault && error.code === 'SIGNIN_PERSONA_UNKNOWN') {
      const names = (await client.listPersonas()).map(({ id }) => id);
      throw new CommandFailure(
        `There is no persona ${persona}.`,
        `There are: ${names.join(', ')}.`,
        EXIT.usage,
      );
    }
    throw explained(error, server);
  }
}

/** The same failure, naming the address that was tried and the way on. */
export function explained(error: unknown, server: string): unknown {
  if (!(error instanceof Fault)) return error;
  if (error.code === 'API_UNREACHABLE') {
    return new CommandFailure(
      `No server answers at ${server}.`,
      'Start one with npm start, or say where it is: --server http://127.0.0.1:8081, or HOLDFAST_SERVER.',
      EXIT.temporary,
    );
  }
  if (error.code === 'SIGNIN_DEVELOPMENT_ONLY') {
    return new CommandFailure(
      `${server} issues no development tokens (NODE_ENV=production).`,
      'Set HOLDFAST_TOKEN to a token of your OpenID provider.',
    );
  }
  if (error.code === 'SERVER_FORBIDDEN' && process.env['HOLDFAST_TOKEN']) {
    return new CommandFailure(
      error.row.text,
      'HOLDFAST_TOKEN is set: give it another token, or ask as a demo persona where there is --as.',
    );
  }
  return error;
}
