import { ENDPOINTS } from '@holdfast/api-contract';
import { signinFault, type TokenVerifier } from '@holdfast/signin';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { serverFault } from '../errors.ts';
import { type EventFigures, exposeEvents } from '../metrics/event-metrics.ts';
import { isScrapeToken } from '../metrics/scrape-token.ts';

export interface MetricsRoutesOptions {
  readonly verifier: Pick<TokenVerifier, 'actor' | 'isForPlatform'>;
  /** Absent: operators only. */
  readonly metricsToken: string | undefined;
  readonly databaseUp: () => boolean;
  /** Reads how things stand now. */
  readonly figures: () => Promise<EventFigures>;
  readonly trouble: (error: unknown) => void;
}

const OPERATORS: ReadonlySet<string> = new Set(ENDPOINTS.readMetrics.roles);

/**
 * Figures for Prometheus, read when they are asked for. Scrapes that come while one is being answered
 * share its answer, so that however many ask, one read is under way.
 */
export function registerMetricsRoutes(app: FastifyInstance, options: MetricsRoutesOptions): void {
  const { metricsToken, databaseUp, figures, trouble } = options;
  const read = async (): Promise<EventFigures | null> => {
    if (!databaseUp()) return null;
    return await figures().catch((error: unknown) => {
      trouble(error);
      return null;
    });
  };
  let underWay: ReturnType<typeof exposeEvents> | undefined;
  app.get(ENDPOINTS.readMetrics.path, async (request, reply) => {
    request.facts.unmetered = true;
    if (!isScrapeToken(metricsToken, request.headers.authorization)) {
      await admitOperator(request, options.verifier);
    }
    underWay ??= read()
      .then(exposeEvents)
      .finally(() => {
        underWay = undefined;
      });
    const { contentType, text } = await underWay;
    return reply.header('cache-control', 'no-store').type(contentType).send(text);
  });
}

/** The platform wall lets this address pass, since a scraper's token is none that it knows. */
async function admitOperator(
  request: FastifyRequest,
  verifier: MetricsRoutesOptions['verifier'],
): Promise<void> {
  const { authorization } = request.headers;
  const actor = await verifier.actor(authorization);
  request.facts.who = { actor, requestId: request.facts.requestId };
  if (!actor.roles.some((role) => OPERATORS.has(role))) throw serverFault('SERVER_FORBIDDEN');
  if (authorization === undefined || !(await verifier.isForPlatform(authorization))) {
    throw signinFault('SIGNIN_SCOPE_PLATFORM');
  }
}
