import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import { CONSOLE_HEADERS } from '@holdfast/api-contract';
import type { FastifyInstance } from 'fastify';

const DIST = fileURLToPath(new URL('../../../console/dist/', import.meta.url));

/** The built console under /console/, every page of it answered by its one HTML file. */
export async function registerConsole(app: FastifyInstance): Promise<void> {
  if (!existsSync(DIST)) return;
  await app.register(async (scope) => {
    scope.addHook('onRequest', async (request, reply) => {
      request.facts.unmetered = true;
      reply.headers(CONSOLE_HEADERS);
    });
    await scope.register(fastifyStatic, { root: DIST, prefix: '/console/', wildcard: false });
    scope.get('/console/*', async (_request, reply) => reply.sendFile('index.html'));
  });
  app.get('/', async (request, reply) => {
    request.facts.unmetered = true;
    return reply.redirect('/console/');
  });
}
