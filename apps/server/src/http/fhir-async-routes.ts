import type { AsyncName, AsyncState } from '@holdfast/async-requests';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Audited } from '../audit-trail.ts';
import { ASYNC_RETRY_AFTER_SECONDS } from '../limits.ts';
import { FHIR_JSON } from './app.ts';
import { ASYNC_PATH, asyncName } from './async-address.ts';
import { bundleAnswer } from './async-bundle-answer.ts';
import { exportFile } from './export-file.ts';
import { notFound, type Params } from './fhir-exchange.ts';
import { type Exchange, FHIR_BASE, fhirHandler } from './fhir-handler.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';

/**
 * What became of an asynchronous request: status, result, files, and DELETE to withdraw it
 * (https://hl7.org/fhir/R4/async.html). It is there for who sent it alone.
 */
export function registerFhirAsyncRoutes(app: FastifyInstance, options: FhirRoutesOptions): void {
  const path = `${FHIR_BASE}${ASYNC_PATH}/:id`;
  app.get(path, fhirHandler(options, status));
  app.get(`${path}/:file`, fhirHandler(options, exportFile));
  app.delete(
    path,
    fhirHandler(options, async (_served, { request, reply, who }) => {
      const { id } = request.params as Params;
      if (!(await options.asyncRequests.forget(asyncName(who, id)))) throw notFound();
      return reply.code(202).send();
    }),
  );
}

async function status(
  options: FhirRoutesOptions,
  { request, reply, who }: Exchange,
): Promise<FastifyReply> {
  const name = asyncName(who, (request.params as Params).id);
  const state = await options.asyncRequests.state(name);
  if (state === undefined) throw notFound();
  if (state.kind !== 'done') {
    const retryAfter = String(ASYNC_RETRY_AFTER_SECONDS);
    return reply
      .code(202)
      .header('x-progress', state.said ?? state.kind)
      .header('retry-after', retryAfter)
      .send();
  }
  reply.header('expires', state.expires.toUTCString());
  return reply
    .code(state.status)
    .type(state.request.kind === 'export' && state.status === 200 ? 'application/json' : FHIR_JSON)
    .send(await answerOf(options, who, { name, state }));
}

async function answerOf(
  options: FhirRoutesOptions,
  who: Audited,
  {
    name,
    state,
  }: { readonly name: AsyncName; readonly state: Extract<AsyncState, { kind: 'done' }> },
): Promise<string> {
  if (state.request.kind !== 'bundle' || state.status !== 200) return state.text;
  return bundleAnswer(options, who, await options.asyncRequests.parts(name));
}
