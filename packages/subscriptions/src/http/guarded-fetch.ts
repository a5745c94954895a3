import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { type EndpointPolicy, endpointProblem } from '../delivery/endpoint-guard.ts';
import { SUBSCRIPTION_LIMITS } from '../limits.ts';
import { publicOnly } from './guarded-request.ts';

/**
 * GET for addresses that somebody else wrote down, as `guardedRequest` is for receivers: no internal
 * address, judged as it is connected to; no redirect; a short answer, in time.
 * @returns a `fetch` that rejects with TypeError where it may not, or could not, go there
 */
export function guardedFetch(policy: EndpointPolicy): (url: string) => Promise<Response> {
  return (url) =>
    new Promise((resolve, reject) => {
      const problem = endpointProblem('rest-hook', url, policy);
      if (problem !== null) return reject(new TypeError(problem));
      const { protocol, hostname } = new URL(url);
      const lookup = policy.trustedHosts.has(hostname) ? undefined : publicOnly;
      const open = protocol === 'https:' ? secureRequest : plainRequest;
      const asked = open(
        url,
        {
          headers: { accept: 'application/json' },
          signal: AbortSignal.timeout(SUBSCRIPTION_LIMITS.fetchTimeoutMs),
          ...(lookup && { lookup }),
        },
        (response) => {
          const parts: Buffer[] = [];
          let bytes = 0;
          response.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
            parts.push(chunk);
            if (bytes > SUBSCRIPTION_LIMITS.fetchBytes)
              response.destroy(new TypeError('the answer is too long'));
          });
          response.on('error', reject);
          response.on('end', () => {
            const headers = { 'content-type': response.headers['content-type'] ?? '' };
            resolve(
              new Response(Buffer.concat(parts), { status: response.statusCode ?? 502, headers }),
            );
          });
        },
      );
      asked.on('error', reject);
      asked.end();
    });
}
