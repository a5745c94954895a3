import type { AuthorizationServer, PageAnswer, Visit } from '@holdfast/signin';
import { PAGE_STYLE, signinFault, smartConfiguration, type TokenVerifier } from '@holdfast/signin';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AUTHORIZATION_PATH } from '../composition/authorization.ts';
import { SIGN_IN_FORM_BYTES_MAX } from '../limits.ts';
import { FHIR_BASE } from './fhir-handler.ts';

export interface SignInRoutesOptions {
  readonly authorization: () => Promise<AuthorizationServer>;
  readonly verifier: TokenVerifier;
}

const ENDPOINTS = [
  '/token',
  '/introspect',
  '/revoke',
  '/jwks',
  '/authorize/*',
  '/sign-out',
  '/sign-out/*',
  '/.well-known/openid-configuration',
];

/** The built-in authorization server: its protocol endpoints, its pages, and where both are found. */
export async function registerSignInRoutes(
  app: FastifyInstance,
  { authorization }: SignInRoutesOptions,
): Promise<void> {
  await app.register(async (scope) => {
    scope.addHook('onRequest', async ({ facts }) => {
      facts.unmetered = true;
    });
    const pass = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      reply.hijack();
      reply.raw.setHeader('x-request-id', request.id);
      await (await authorization()).handle(request.raw, reply.raw, pathOf(request.url));
      return reply;
    };
    await scope.register(async (raw) => {
      // oidc-provider reads bodies itself.
      raw.removeAllContentTypeParsers();
      raw.addContentTypeParser('*', (_request, _payload, done) => done(null));
      for (const path of ENDPOINTS) {
        for (const method of ['GET', 'POST', 'OPTIONS'] as const) {
          raw.route({ method, url: `${AUTHORIZATION_PATH}${path}`, handler: pass });
        }
      }
      raw.get(`${AUTHORIZATION_PATH}/authorize`, pass);
    });
    registerPages(scope, authorization);
    const found = async (_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
      reply
        .headers({ 'access-control-allow-origin': '*', 'cache-control': 'no-cache' })
        .type('application/json')
        .send(JSON.stringify(smartConfiguration((await authorization()).issuer)));
    scope.get(`${FHIR_BASE}/.well-known/smart-configuration`, found);
    scope.get('/fhir/.well-known/smart-configuration', found);
  });
}

function registerPages(
  scope: FastifyInstance,
  authorization: SignInRoutesOptions['authorization'],
): void {
  const page = `${AUTHORIZATION_PATH}/interaction/:uid`;
  const bodyLimit = SIGN_IN_FORM_BYTES_MAX;
  scope.get(page, async (request, reply) =>
    sent(
      reply,
      await (await authorization()).pages.show(visitOf(request, reply, queryOf(request.url))),
    ),
  );
  scope.post(page, { bodyLimit }, async (request, reply) =>
    sent(
      reply,
      await (await authorization()).pages.submit(visitOf(request, reply, formOf(request))),
    ),
  );
  // SMART's authorize-post: the same request with its parameters in the body.
  scope.post(`${AUTHORIZATION_PATH}/authorize`, { bodyLimit }, async (request, reply) => {
    reply.hijack();
    request.raw.method = 'GET';
    await (await authorization()).handle(
      request.raw,
      reply.raw,
      `/authorize?${formOf(request).toString()}`,
    );
    return reply;
  });
  scope.get(`${AUTHORIZATION_PATH}/pages.css`, async (_request, reply) =>
    reply.header('cache-control', 'max-age=3600').type('text/css; charset=utf-8').send(PAGE_STYLE),
  );
}

const pathOf = (url: string): string => url.slice(AUTHORIZATION_PATH.length);
const queryOf = (url: string): URLSearchParams => new URLSearchParams(url.split('?', 2)[1] ?? '');
const formOf = ({ body }: FastifyRequest): URLSearchParams =>
  new URLSearchParams(typeof body === 'string' ? body : '');

const visitOf = (request: FastifyRequest, reply: FastifyReply, fields: URLSearchParams): Visit => ({
  request: request.raw,
  response: reply.raw,
  fields,
});

function sent(reply: FastifyReply, { status, headers, body }: PageAnswer): FastifyReply {
  return reply
    .code(status)
    .headers({ ...headers })
    .send(body);
}

/** Interfaces that need no token, are FHIR's, or look at tokens of their own as well. */
const OPEN =
  /^\/(?:fhir|auth|console|development|health)(?:\/|$)|^\/openapi\.json|^\/metrics\/?(?:\?|$)/;

/**
 * A token whose scopes are about resources is for the FHIR interface. Everything else here wants the
 * scope `platform`, so that an app which an officer signs in to does not become an officer.
 */
export function registerPlatformWall(
  app: FastifyInstance,
  { verifier }: Pick<SignInRoutesOptions, 'verifier'>,
): void {
  app.addHook('onRequest', async ({ url, headers }) => {
    if (OPEN.test(url) || headers.authorization === undefined) return;
    if (!(await verifier.isForPlatform(headers.authorization))) {
      throw signinFault('SIGNIN_SCOPE_PLATFORM');
    }
  });
}
