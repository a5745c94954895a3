import type { Socket } from 'node:net';
import { outcomeOf } from '@holdfast/api-contract';
import type { Issue } from '@holdfast/fhir';
import { type Clock, type Fault, type Random, type RequestId, uuidV7 } from '@holdfast/kernel';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Audited } from '../audit-trail.ts';
import { SERVER_FAULTS, serverFault } from '../errors.ts';
import { BODY_BYTES_MAX, HEADER_BYTES_MAX, REQUEST_TIMEOUT_MS, URL_BYTES_MAX } from '../limits.ts';
import { faultOf } from './fault-of.ts';
import { InvalidBody } from './invalid-body.ts';
import { readRefusedBodies } from './refused-bodies.ts';
import { readBodiesAsText } from './request-body.ts';
import type { RequestService } from './request-service.ts';
import { unstorablePlaces } from './unstorable-places.ts';

/** What is learnt about a request on its way, for the meter, the signals and the audit. */
export interface RequestFacts {
  readonly requestId: RequestId;
  readonly startedMs: number;
  /** Set once it is known who asks: from then on the request leaves an audit record. */
  who: Audited | null;
  /** Set once it is known that the request is about one patient. */
  patientId: string | null;
  /** The answer withheld something, or all of it. */
  denied: boolean;
  /** Not counted: health checks, static files, the console's own streams. */
  unmetered: boolean;
  /** Tells the observer, once: a stream says it when it begins, all else when it has been sent. */
  answered: () => void;
  /**
   * Turned away by admission, as a crowd is: counted there. Told of one by one, to the log and as
   * signals, a thousand a second would take the time to serve anybody.
   */
  turnedAway: boolean;
  /** How it is served, once it was admitted; null where it needs no admission. */
  service: RequestService | null;
  /** Rules that a stored resource breaks, where the policy only warns. */
  warnings: readonly Issue[];
}

declare module 'fastify' {
  interface FastifyRequest {
    facts: RequestFacts;
  }
}

/** What a request asked for, as it came. */
export interface RequestLine {
  readonly method: string;
  readonly url: string;
}

export interface RequestObserver {
  started(facts: RequestFacts): void;
  /** @param request read at once, nothing of it is kept */
  finished(facts: RequestFacts, status: number, request: RequestLine): void;
  failed(facts: RequestFacts, fault: Fault): void;
}

export interface AppOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly observer: RequestObserver;
}

const REQUEST_ID = /^[A-Za-z0-9\-_.]{8,64}$/;

export const FHIR_JSON = 'application/fhir+json; charset=utf-8';

/** The HTTP server without routes: bodies as text, one error mapping, one request id, one meter. */
export function createApp(options: AppOptions): FastifyInstance {
  const { clock, random, observer } = options;
  const app = fastify({
    logger: false,
    http: { maxHeaderSize: HEADER_BYTES_MAX },
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: URL_BYTES_MAX, ignoreTrailingSlash: true },
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => {
      request.facts = factsOf(options, request);
      void answerFailure(options, error, { request, reply });
    },
    clientErrorHandler: (error, socket) => answerUnreadable(error, socket),
    genReqId: (raw) => {
      const given = raw.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : uuidV7(clock, random);
    },
  });
  readBodiesAsText(app);
  readRefusedBodies(app);
  app.decorateRequest('facts');
  app.addHook('onRequest', async (request, reply) => {
    request.facts = factsOf(options, request);
    reply.header('x-request-id', request.id);
    observer.started(request.facts);
    let told = false;
    request.facts.answered = () => {
      if (!told) observer.finished(request.facts, reply.statusCode, request);
      told = true;
    };
    // Of a reply that was taken over, `onResponse` hears nothing.
    reply.raw.once('close', () => {
      if (reply.sent) request.facts.answered();
    });
    if (request.url.length > URL_BYTES_MAX) throw serverFault('SERVER_ADDRESS_TOO_LONG');
  });
  app.addHook('onResponse', async (request) => request.facts.answered());
  app.setErrorHandler((error, request, reply) => answerFailure(options, error, { request, reply }));
  app.setNotFoundHandler((request, reply) =>
    answerFailure(options, serverFault('SERVER_UNKNOWN_ROUTE'), { request, reply }),
  );
  return app;
}

const factsOf = ({ clock }: AppOptions, request: FastifyRequest): RequestFacts => ({
  requestId: request.id as RequestId,
  startedMs: clock.monotonicMs(),
  who: null,
  patientId: patientNamed(request.url),
  denied: false,
  unmetered: false,
  answered: () => undefined,
  service: null,
  turnedAway: false,
  warnings: [],
});

/** What is no HTTP request, or has more headers than are read: there is no request to answer to. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) return;
  const tooLong = error.code === 'HPE_HEADER_OVERFLOW';
  const code = tooLong ? 'SERVER_HEADERS_TOO_LONG' : 'SERVER_REQUEST_UNREADABLE';
  const body = JSON.stringify(outcomeOf(serverFault(code)));
  const status = tooLong ? '431 Request Header Fields Too Large' : '400 Bad Request';
  socket.end(
    `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: ${FHIR_JSON}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** The patient that the address names: known even where the database is away. */
function patientNamed(url: string): string | null {
  return (
    /\/Patient\/([A-Za-z0-9\-.]{1,64})|[?&](?:patient|subject)=(?:Patient(?:\/|%2F))?([A-Za-z0-9\-.]{1,64})/i
      .exec(url)
      ?.slice(1)
      .find((id) => id !== undefined) ?? null
  );
}

/** The database does not say which value it was that it could not keep. */
function placed(fault: Fault, request: FastifyRequest): Fault {
  if (fault.row !== SERVER_FAULTS.SERVER_VALUE_UNSTORABLE) return fault;
  const expression = unstorablePlaces(request);
  if (expression.length === 0) return fault;
  return serverFault('SERVER_VALUE_UNSTORABLE', { ...fault.detail, expression });
}

/** Name and code only: a database's message can quote what a row says. */
function causeOf({ detail: { cause } }: Fault): { name: string; code: string | undefined } | null {
  if (!(cause instanceof Error)) return null;
  return { name: cause.name, code: (cause as Error & { code?: string }).code };
}

function answerFailure(
  { logger, observer }: AppOptions,
  error: unknown,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): FastifyReply {
  if (error instanceof InvalidBody) {
    return reply.code(error.status).type(FHIR_JSON).send(error.outcome);
  }
  const fault = placed(faultOf(error), request);
  if (fault.row.status >= 500 && !request.facts.turnedAway) {
    observer.failed(request.facts, fault);
    logger.error(
      { requestId: request.id, code: fault.code, cause: causeOf(fault) },
      'request failed',
    );
  }
  if (fault.row.status === 401) reply.header('www-authenticate', 'Bearer realm="holdfast"');
  if (fault.detail.retryAfterSeconds !== undefined) {
    reply.header('retry-after', String(fault.detail.retryAfterSeconds));
  }
  return reply
    .code(fault.row.status)
    .type(FHIR_JSON)
    .send(JSON.stringify(outcomeOf(fault)));
}
