import type { FastifyInstance } from 'fastify';

const ANSWERED = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'Content-Location, ETag, Last-Modified, Location, Retry-After, X-Progress, X-Request-Id',
} as const;

const ASKED = {
  ...ANSWERED,
  'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE, OPTIONS',
  'access-control-allow-headers':
    'Accept, Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Exist, If-None-Match, Prefer, X-Request-Id',
  'access-control-max-age': '600',
} as const;

const OPEN = /^\/(?:fhir|cds-services)(?:[/?]|$)/;

/**
 * Apps in browsers speak to the FHIR interface, and EHRs to the CDS services, from their own origins
 * (SMART App Launch 2.2, "considerations for CORS"). Any may: nothing here goes by cookies, and without
 * a token nothing is to be had.
 */
export function registerCrossOrigin(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ url }, reply) => {
    if (OPEN.test(url)) reply.headers(ANSWERED);
  });
  for (const path of ['/fhir/*', '/cds-services', '/cds-services/*']) {
    app.options(path, async (request, reply) => {
      request.facts.unmetered = true;
      return reply.code(204).headers(ASKED).send();
    });
  }
}
