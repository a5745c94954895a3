import { type AuthorizationServer, signinFault, type TokenVerifier } from '@holdfast/signin';
import type { FastifyInstance } from 'fastify';
import { AUTHORIZATION_PATH } from '../composition/authorization.ts';
import { serverFault } from '../errors.ts';
import { askingActor } from './asking-actor.ts';

export interface LaunchRoutesOptions {
  readonly authorization: () => Promise<AuthorizationServer>;
  readonly verifier: TokenVerifier;
}

/**
 * `POST /auth/launches`: an EHR opens an app for who is signed in, and with which record. The answer
 * is the address to send the browser to (SMART App Launch 2.2, "EHR launch").
 */
export function registerLaunchRoutes(
  app: FastifyInstance,
  { authorization, verifier }: LaunchRoutesOptions,
): void {
  app.post(`${AUTHORIZATION_PATH}/launches`, async (request, reply) => {
    const actor = await askingActor(verifier, request);
    request.facts.who = { actor, requestId: request.facts.requestId };
    if (!(await verifier.isForPlatform(request.headers.authorization ?? ''))) {
      throw signinFault('SIGNIN_SCOPE_PLATFORM');
    }
    const asked = launchIn(request.body);
    request.facts.patientId = asked.patient ?? null;
    const opened = await (await authorization()).launch(actor, asked);
    return reply.code(201).send(opened);
  });
}

/** @throws Fault SERVER_REQUEST_INVALID naming the member */
function launchIn(body: unknown): Parameters<AuthorizationServer['launch']>[1] {
  const given = jsonOf(body);
  const text = (name: string, isNeeded: boolean): string | undefined => {
    const value = given[name];
    if (value === undefined && !isNeeded) return undefined;
    if (typeof value === 'string' && /^[\w\-.]{1,64}$/.test(value)) return value;
    throw wrong(name);
  };
  const clientId = text('client', true) ?? '';
  const [patient, encounter, intent] = ['patient', 'encounter', 'intent'].map((name) =>
    text(name, false),
  );
  const { fhirContext, needPatientBanner } = given;
  if (fhirContext !== undefined && !isContext(fhirContext)) throw wrong('fhirContext');
  if (needPatientBanner !== undefined && typeof needPatientBanner !== 'boolean') {
    throw wrong('needPatientBanner');
  }
  return {
    clientId,
    ...(patient !== undefined && { patient }),
    ...(encounter !== undefined && { encounter }),
    ...(intent !== undefined && { intent }),
    ...(fhirContext !== undefined && { fhirContext }),
    ...(needPatientBanner !== undefined && { needPatientBanner }),
  };
}

function jsonOf(body: unknown): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(typeof body === 'string' ? body : '');
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Answered below, as every other body that is not an object.
  }
  throw wrong('client');
}

const wrong = (name: string) => serverFault('SERVER_REQUEST_INVALID', { expression: [name] });

const CONTEXT_ENTRIES_MAX = 50;

/** Patient and Encounter have members of their own, so here they need a role (SMART App Launch 2.2). */
const isContext = (value: unknown): value is { reference: string }[] =>
  Array.isArray(value) &&
  value.length <= CONTEXT_ENTRIES_MAX &&
  value.every((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null || !('reference' in entry)) return false;
    const { reference } = entry;
    if (typeof reference !== 'string' || !/^[A-Za-z]+\/[\w\-.]{1,64}$/.test(reference))
      return false;
    const role = 'role' in entry ? entry.role : undefined;
    const isOwn = /^(?:Patient|Encounter)\//.test(reference);
    return isOwn ? typeof role === 'string' && role !== 'launch' : true;
  });
