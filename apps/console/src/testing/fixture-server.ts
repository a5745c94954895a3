// A server of its own that serves the built console and implements the contract with generated
// data, each answer checked against its schema before it is sent.
import { createReadStream, existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import {
  CONSOLE_HEADERS,
  ENDPOINTS,
  LIVE_EVENTS,
  OperationOutcome,
  type Overview,
  outcomeOf,
  type Persona,
  SignalDetail,
} from '@holdfast/api-contract';
import { Fault } from '@holdfast/kernel';
import type { z } from 'zod';
import { DEMO_PERSONAS } from './demo-personas.ts';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

const CHECKPOINT = [
  'holdfast.example/audit',
  '9214',
  'qXC6gTHxkmWDSfr4IS2a0OT3hBX0j1e2w9mMZ7D0Lk8=',
  '',
  '— holdfast.example/audit 2Yf0qOT7bGJ0aGlzIGlzIG5vdCBhIHNpZ25hdHVyZSBidXQgaXRzIHNpemU=',
  '',
].join('\n');

export interface FixtureServer {
  readonly url: string;
  /** Sends a snapshot to everyone who follows, and answers it from now on. */
  push(overview: Overview): void;
  /** Cuts every live stream; the next `refusals` attempts to follow answer 503. */
  cut(refusals: number): void;
  /** Whether the development sign-in answers that it is switched off. */
  production(on: boolean): void;
  /** Ids that followers said they had seen last. */
  readonly resumedFrom: readonly string[];
  readonly close: () => Promise<void>;
}

interface World {
  overview: Overview;
  lastId: number;
  refusals: number;
  production: boolean;
  readonly dist: string;
  readonly followers: Set<ServerResponse>;
  readonly resumedFrom: string[];
}

/** Starts on a free port of the loopback interface. @param dist folder of the built console. */
export async function startFixtureServer(dist: string, first: Overview): Promise<FixtureServer> {
  const world: World = {
    ...{ overview: first, lastId: 1, refusals: 0, production: false, dist },
    ...{ followers: new Set<ServerResponse>(), resumedFrom: [] },
  };
  const server: Server = createServer((request, response) => {
    answer(world, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    resumedFrom: world.resumedFrom,
    push: (overview) => {
      world.overview = overview;
      world.lastId += 1;
      for (const follower of world.followers) follower.write(overviewEvent(world));
    },
    production: (on) => {
      world.production = on;
    },
    cut: (refusals) => {
      world.refusals = refusals;
      for (const follower of world.followers) follower.destroy();
      world.followers.clear();
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

const overviewEvent = ({ lastId, overview }: World): string =>
  `event: overview\nid: ${lastId}\ndata: ${JSON.stringify(LIVE_EVENTS.overview.parse(overview))}\n\n`;

async function answer(world: World, request: IncomingMessage, response: ServerResponse) {
  const { pathname } = new URL(request.url ?? '/', 'http://fixture');
  if (pathname.startsWith('/console/')) return serveFile(world.dist, pathname, response);
  if (world.production && pathname.startsWith('/development/')) {
    return refuse(response, 404, 'Switched off.', 'SIGNIN_DEVELOPMENT_ONLY');
  }
  if (pathname === '/development/personas') {
    return json(response, ENDPOINTS.listPersonas.answer.schema, [...DEMO_PERSONAS]);
  }
  if (pathname === '/development/token') return token(request, response);
  const persona = bearerOf(request);
  if (persona === undefined) return refuse(response, 401, 'The token is missing or not known.');
  if (pathname === '/ledger/checkpoint') {
    return void response.writeHead(200, { 'Content-Type': 'text/plain' }).end(CHECKPOINT);
  }
  const roles: readonly string[] = ENDPOINTS.readOverview.roles;
  if (!roles.includes(persona.role)) {
    return refuse(response, 403, 'This role may not see operations.');
  }
  return operations(world, { request, response, pathname });
}

function operations(
  world: World,
  call: { request: IncomingMessage; response: ServerResponse; pathname: string },
) {
  const { request, response, pathname } = call;
  const { signals } = world.overview;
  if (pathname === '/operations/overview') {
    return json(response, ENDPOINTS.readOverview.answer.schema, world.overview);
  }
  if (pathname === '/operations/live') return follow(world, request, response);
  if (pathname === '/operations/signals') {
    return json(response, ENDPOINTS.listSignals.answer.schema, { signals });
  }
  const found = signals.find(({ id }) => pathname === `/operations/signals/${id}`);
  if (found === undefined) return refuse(response, 404, 'There is no such thing here.');
  const { count } = found.patients;
  const ids = Array.from({ length: count }, (_, i) => `p-${1_000 + i}`);
  return json(response, SignalDetail, { ...found, patients: { count, ids } });
}

function follow(world: World, request: IncomingMessage, response: ServerResponse) {
  if (world.refusals > 0) {
    world.refusals -= 1;
    return refuse(response, 503, 'The server is starting.');
  }
  const resumed = request.headers['last-event-id'];
  if (typeof resumed === 'string') world.resumedFrom.push(resumed);
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.write(`retry: 200\n\n: hello\n\n${overviewEvent(world)}`);
  world.followers.add(response);
  response.on('close', () => world.followers.delete(response));
}

/** A persona's token: a JWT in form, good until 2096. */
export function fixtureToken(id: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [part({ alg: 'none' }), part({ sub: id, exp: 4_000_000_000 }), 'c2ln'].join('.');
}

async function token(request: IncomingMessage, response: ServerResponse) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const asked = ENDPOINTS.issueToken.body.parse(JSON.parse(Buffer.concat(chunks).toString()));
  const persona = DEMO_PERSONAS.find(({ id }) => id === asked.persona);
  if (persona === undefined) return refuse(response, 400, 'Nobody has that id.');
  return json(response, ENDPOINTS.issueToken.answer.schema, {
    access_token: fixtureToken(persona.id),
    token_type: 'Bearer',
    expires_in: 3_600,
    scope: 'system/*.rs',
    persona,
  });
}

function bearerOf({ headers }: IncomingMessage): Persona | undefined {
  return DEMO_PERSONAS.find(({ id }) => headers.authorization === `Bearer ${fixtureToken(id)}`);
}

function json<Schema extends z.ZodType>(
  response: ServerResponse,
  schema: Schema,
  body: z.infer<Schema>,
) {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(schema.parse(body)));
}

function refuse(response: ServerResponse, status: number, text: string, code = 'FIXTURE_REFUSAL') {
  const row = {
    status,
    issue: status < 500 ? 'forbidden' : 'transient',
    text,
    mend: 'Try another.',
  };
  const outcome = OperationOutcome.parse(outcomeOf(new Fault(code, row)));
  response.writeHead(status, { 'Content-Type': 'application/fhir+json' });
  response.end(JSON.stringify(outcome));
}

function serveFile(dist: string, pathname: string, response: ServerResponse) {
  const inside = normalize(pathname.slice('/console'.length));
  const wanted = join(dist, inside);
  // A path that is no file is a page of the console: the router reads it in the browser.
  const file = extname(inside) !== '' && existsSync(wanted) ? wanted : join(dist, 'index.html');
  const type = CONTENT_TYPES[extname(file)] ?? 'application/octet-stream';
  response.writeHead(200, { 'Content-Type': type, ...CONSOLE_HEADERS });
  createReadStream(file).pipe(response);
}
