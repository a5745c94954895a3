import { Fault } from '@holdfast/kernel';
import { classify } from '@holdfast/postgres';
import { serverFault } from '../errors.ts';

const FASTIFY_CODES: Readonly<Record<string, () => Fault>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    serverFault('SERVER_MEDIA_TYPE_UNSUPPORTED', { expression: ['Content-Type'] }),
  FST_ERR_CTP_BODY_TOO_LARGE: () => serverFault('SERVER_BODY_TOO_LARGE'),
  FST_ERR_BAD_URL: () => serverFault('SERVER_ADDRESS_INVALID'),
  FST_ERR_CTP_EMPTY_JSON_BODY: () =>
    serverFault('SERVER_BODY_INVALID', { diagnostics: 'The body is empty.' }),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    serverFault('SERVER_BODY_INVALID', {
      diagnostics: 'The body does not have its Content-Length.',
    }),
};

/** Every failure that can reach the edge, as a row of the catalogue. The only place that does this. */
export function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const { code } = error as { code?: string };
  const known = code === undefined ? undefined : FASTIFY_CODES[code];
  if (known !== undefined) return known();
  switch (classify(error).kind) {
    case 'unavailable':
      return serverFault('SERVER_DEPENDENCY_AWAY', { retryAfterSeconds: 2, cause: error });
    case 'timeout':
      return serverFault('SERVER_TOO_SLOW', { retryAfterSeconds: 5, cause: error });
    case 'unstorable':
      return serverFault('SERVER_VALUE_UNSTORABLE', { cause: error });
    case 'retryable':
    case 'conflict':
      return serverFault('SERVER_BUSY', { retryAfterSeconds: 1, cause: error });
    default:
      return serverFault('SERVER_INTERNAL', { cause: error });
  }
}
