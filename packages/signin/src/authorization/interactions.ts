import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TenantId } from '@holdfast/kernel';
import { errors, type InteractionResults, type Provider } from 'oidc-provider';
import { consentForm, pickerForm } from '../pages/consent-form.ts';
import { errorPage } from '../pages/notices.ts';
import { pageHeaders, sourceOf } from '../pages/page.ts';
import { signInForm } from '../pages/sign-in-form.ts';
import type { RegisteredClient } from '../postgres/clients.ts';
import type { User } from '../postgres/users.ts';
import type { LaunchContext } from '../smart/launch-context.ts';
import { grantableScopes, needsPatient } from '../smart/requested-scopes.ts';
import { Turnstile } from '../turnstile.ts';
import { actorOfUser, type Grants, textOf } from './grants.ts';
import type { Launches } from './launches.ts';
import type { PickerPatient } from './ports.ts';
import type { ServerParts } from './server-parts.ts';

/** An answer of the sign-in's pages: a page, or where to go. */
export interface PageAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A visit to one of its pages. */
export interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Of the address, or of a form. */
  readonly fields: URLSearchParams;
}

export interface InteractionsParts extends ServerParts {
  readonly tenant: TenantId;
  readonly provider: Provider;
  readonly grants: Grants;
  readonly launches: Launches;
}

/** What an authorization comes to before the person is asked. */
interface Request {
  readonly action: string;
  readonly client: RegisteredClient;
  readonly params: Record<string, unknown>;
  readonly scopes: readonly string[];
}

interface Asking extends Request {
  readonly user: User;
  readonly launch: LaunchOf | undefined;
  readonly purposes: readonly string[];
}

interface LaunchOf {
  readonly token: string;
  readonly context: Omit<LaunchContext, 'workflow' | 'purposes'>;
}

/**
 * The pages between an authorization request and its answer: sign in, choose a patient, agree. Where
 * one stands is oidc-provider's interaction, bound to the browser by a signed cookie.
 */
export class Interactions {
  readonly #parts: InteractionsParts;
  readonly #turnstile = new Turnstile();

  constructor(parts: InteractionsParts) {
    this.#parts = parts;
  }

  async show(visit: Visit): Promise<PageAnswer> {
    return this.#guarded(async () => {
      const { request, prompt, accountId } = await this.#begun(visit);
      if (prompt === 'login') return this.#form(request, '', undefined);
      // An address can be followed without meaning to: it searches, and agrees to nothing.
      const fields = new URLSearchParams({ find: visit.fields.get('find') ?? '' });
      return this.#ask({ ...visit, fields }, request, accountId);
    });
  }

  async submit(visit: Visit): Promise<PageAnswer> {
    return this.#guarded(async () => {
      const { request, prompt, accountId } = await this.#begun(visit);
      if (prompt === 'login') return this.#signIn(visit, request);
      return this.#ask(visit, request, accountId);
    });
  }

  async #begun({ request: message, response }: Visit) {
    const { provider, clients, issuer } = this.#parts;
    const { uid, prompt, params, session } = await provider.interactionDetails(message, response);
    const client = await clients.find(textOf(params['client_id']) ?? '');
    if (client === undefined) throw new errors.InvalidClient('the client is not known any more');
    const request: Request = {
      action: `${new URL(issuer).pathname}/interaction/${uid}`,
      client,
      params,
      scopes: grantableScopes(textOf(params['scope']), client.scopes, 'person'),
    };
    return { request, prompt: prompt.name, accountId: session?.accountId };
  }

  async #signIn(visit: Visit, request: Request): Promise<PageAnswer> {
    const { users, ports } = this.#parts;
    const name = visit.fields.get('name') ?? '';
    const password = visit.fields.get('password') ?? '';
    const tried = await this.#turnstile.pass(() => users.signIn(name, password));
    const { client } = request;
    const user = tried.kind === 'in' ? tried.user : undefined;
    await ports.record({
      what: 'sign-in',
      succeeded: user !== undefined,
      principal: user?.fhirUser,
      roles: user?.roles ?? [],
      purposes: user?.purposes ?? [],
      client: client.id,
      patient: undefined,
    });
    if (tried.kind === 'in') {
      const login = { accountId: tried.user.id, amr: ['pwd'] };
      return this.#goOn(visit, { login }, false);
    }
    const problem =
      tried.kind === 'wrong'
        ? 'The name or the password is wrong.'
        : `Too many tries. Try again in ${tried.seconds} seconds.`;
    return this.#form(request, name, problem);
  }

  #form(request: Request, name: string, problem: string | undefined): PageAnswer {
    const { action, client } = request;
    const body = signInForm({ action, client: client.name, name, problem });
    return { status: problem === undefined ? 200 : 401, headers: headersFor(request), body };
  }

  async #ask(visit: Visit, request: Request, accountId: string | undefined): Promise<PageAnswer> {
    const { fields } = visit;
    const user = await this.#parts.users.find(accountId ?? '');
    if (user === undefined) return this.#refuse(visit, 'the user may not sign in any more');
    if (fields.get('answer') === 'deny') return this.#refuse(visit, 'the user denied it');
    const asking = await this.#asking(request, user);
    if (asking === undefined) {
      return this.#refuse(visit, 'the launch is none of this app and person, over, or used');
    }
    const patient = await this.#patientOf(asking, fields);
    if (Array.isArray(patient)) return this.#picker(asking, fields, patient);
    if (fields.get('step') !== 'consent')
      return this.#consent(asking, patient as string | undefined);
    return this.#agree(visit, asking, patient as string | undefined);
  }

  async #asking(request: Request, user: User): Promise<Asking | undefined> {
    const { launches, grants } = this.#parts;
    const { client, params, scopes } = request;
    const token = textOf(params['launch']);
    const isLaunch = scopes.includes('launch') && token !== undefined;
    const of = { clientId: client.id, principal: user.fhirUser };
    const found = isLaunch ? await launches.find(token, of) : undefined;
    if (isLaunch && found === undefined) return undefined;
    const purposes = await grants.purposes(client, user, {
      workflow: found === undefined ? 'standalone' : 'ehr-launch',
      claimed: textOf(params['purpose_of_use']),
    });
    const launch = found && { token: token ?? '', context: found.context };
    return { ...request, user, launch, purposes };
  }

  /** @returns the patient; a list to choose from; undefined: it needs none */
  async #patientOf(
    { user, launch, purposes, scopes }: Asking,
    fields: URLSearchParams,
  ): Promise<string | undefined | readonly PickerPatient[]> {
    const { ports, tenant } = this.#parts;
    if (launch !== undefined) return launch.context.patient;
    if (!needsPatient(scopes)) return undefined;
    const actor = actorOfUser(user, purposes, tenant);
    const chosen = fields.get('patient');
    if (user.patients.length > 0) {
      if (user.patients.length === 1) return user.patients[0];
      if (chosen !== null && user.patients.includes(chosen)) return chosen;
      const own = user.patients.map((id) =>
        ports.findPatients({ ...actor, patientId: id as never }, { id }),
      );
      return (await Promise.all(own)).flat();
    }
    if (chosen !== null && (await ports.findPatients(actor, { id: chosen })).length > 0)
      return chosen;
    return ports.findPatients(actor, { text: fields.get('find') ?? '' });
  }

  #picker(asking: Asking, fields: URLSearchParams, patients: readonly PickerPatient[]): PageAnswer {
    const { action, client } = asking;
    const text = fields.get('find') ?? '';
    const body = pickerForm({ action, client: client.name, text, patients });
    return { status: 200, headers: headersFor(asking), body };
  }

  #consent(asking: Asking, patient: string | undefined): PageAnswer {
    const { action, client, user, purposes, scopes } = asking;
    const who = { client: client.name, user: user.displayName };
    const body = consentForm({ action, ...who, patient, purposes, scopes });
    return { status: 200, headers: headersFor(asking), body };
  }

  async #agree(visit: Visit, asking: Asking, patient: string | undefined): Promise<PageAnswer> {
    const { provider, grants, launches } = this.#parts;
    const { user, client, scopes, purposes, launch } = asking;
    const granted = scopes.filter((scope) => visit.fields.getAll('scope').includes(scope));
    if (granted.length === 0) return this.#refuse(visit, 'the user allowed nothing of it');
    if (launch !== undefined && !(await launches.use(launch.token))) {
      return this.#refuse(visit, 'the launch is used already');
    }
    const context: LaunchContext = {
      ...launch?.context,
      workflow: launch === undefined ? 'standalone' : 'ehr-launch',
      purposes,
      ...(patient !== undefined && { patient }),
    };
    const grantId = await grants.agree(provider, {
      user,
      clientId: client.id,
      asked: scopes,
      granted,
      context,
    });
    return this.#goOn(visit, { consent: { grantId } }, true);
  }

  #refuse(visit: Visit, reason: string): Promise<PageAnswer> {
    return this.#goOn(visit, { error: 'access_denied', error_description: reason }, false);
  }

  async #goOn(
    { request, response }: Visit,
    result: InteractionResults,
    mergeWithLastSubmission: boolean,
  ): Promise<PageAnswer> {
    const { provider } = this.#parts;
    const options = { mergeWithLastSubmission };
    const location = await provider.interactionResult(request, response, result, options);
    return { status: 303, headers: { location, 'cache-control': 'no-store' }, body: '' };
  }

  /** What the browser cannot go on with is said on a page; a refused claim goes back to the client. */
  async #guarded(answer: () => Promise<PageAnswer>): Promise<PageAnswer> {
    try {
      return await answer();
    } catch (error) {
      if (!(error instanceof errors.OIDCProviderError)) throw error;
      const { message, error_description: description } = error;
      const out = {
        error: message,
        ...(description !== undefined && { error_description: description }),
      };
      return { status: 400, headers: pageHeaders(undefined), body: errorPage(out) };
    }
  }
}

const headersFor = ({ params }: Request): Record<string, string> =>
  pageHeaders(sourceOf(textOf(params['redirect_uri']) ?? ''));
