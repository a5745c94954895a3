import { Agent, request } from 'node:http';

/** Where the FHIR base lies below the server's origin. */
const BASE = '/fhir/R4';

export interface FhirAnswer {
  readonly status: number;
  readonly body: string;
}

/** A plain HTTP/1.1 client over kept connections, as light as the runtime allows. */
export class FhirClient {
  readonly #agent: Agent;
  readonly #origin: URL;
  readonly #headers: Record<string, string>;

  constructor(origin: string, token: string, connections: number) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' });
    this.#origin = new URL(origin);
    this.#headers = {
      authorization: `Bearer ${token}`,
      accept: 'application/fhir+json',
      'content-type': 'application/fhir+json',
    };
  }

  /** @param path below the FHIR base, e.g. `Observation/1`. */
  send(method: 'GET' | 'POST' | 'PUT', path: string, body?: string): Promise<FhirAnswer> {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          agent: this.#agent,
          host: this.#origin.hostname,
          port: this.#origin.port,
          path: `${BASE}/${path}`,
          method,
          headers: { ...this.#headers, ...length },
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', reject);
          answer.on('end', () =>
            resolve({
              status: answer.statusCode ?? 0,
              body: Buffer.concat(chunks).toString('utf8'),
            }),
          );
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/**
 * The answer's body as JSON.
 * @throws Error with what the server said, for any other status: a bench never counts failures
 */
export function expectStatus(answer: FhirAnswer, status: number): { readonly id: string } {
  if (answer.status !== status) {
    throw new Error(`status ${answer.status} instead of ${status}: ${answer.body.slice(0, 600)}`);
  }
  return JSON.parse(answer.body) as { readonly id: string };
}
