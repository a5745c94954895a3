import { lookup as resolveName } from 'node:dns';
import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import {
  type EndpointPolicy,
  endpointProblem,
  isInternalAddress,
} from '../delivery/endpoint-guard.ts';
import { SUBSCRIPTION_LIMITS } from '../limits.ts';
import type { SendOutcome } from '../ports.ts';

export interface OutgoingRequest {
  readonly method: 'POST' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly timeoutMs: number;
}

/**
 * Calls a receiver. The address is judged as it is connected to, so that a name that resolves to
 * another machine the second time gains nothing; redirects are not followed.
 */
export function guardedRequest(
  outgoing: OutgoingRequest,
  policy: EndpointPolicy,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const { method, url, headers, body, timeoutMs } = outgoing;
  const problem = endpointProblem('rest-hook', url, policy);
  if (problem !== null) return Promise.resolve({ kind: 'failed', reason: problem });
  const { protocol, hostname } = new URL(url);
  const lookup = policy.trustedHosts.has(hostname) ? undefined : publicOnly;
  const ends = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  return new Promise((resolve) => {
    const fail = (reason: string): void => resolve({ kind: 'failed', reason });
    const open = protocol === 'https:' ? secureRequest : plainRequest;
    const length = body === null ? '0' : String(Buffer.byteLength(body));
    const request = open(
      url,
      {
        method,
        headers: { ...headers, 'content-length': length },
        signal: ends,
        ...(lookup && { lookup }),
      },
      (response) => {
        const status = response.statusCode ?? 0;
        const succeeded = status >= 200 && status < 300;
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          // Its answer says nothing that is needed: a long one costs the receiver its connection.
          if (bytes > SUBSCRIPTION_LIMITS.answerBytes) response.destroy();
        });
        const done = (): void =>
          resolve(succeeded ? { kind: 'sent' } : { kind: 'failed', reason: `status ${status}` });
        response.on('close', done);
        response.on('error', () => done());
      },
    );
    request.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.name));
    request.end(body ?? undefined);
  });
}

/** DNS answers without internal addresses; a name that has only those cannot be reached. */
export const publicOnly: LookupFunction = (hostname, options, callback) => {
  resolveName(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, '');
    const allowed = addresses.filter(({ address }) => !isInternalAddress(address));
    const [first] = allowed;
    if (first === undefined) {
      const refused: NodeJS.ErrnoException = new Error('the endpoint is an internal address');
      refused.code = 'EINTERNAL';
      return callback(refused, '');
    }
    if (options.all === true) callback(null, allowed);
    else callback(null, first.address, first.family);
  });
};
