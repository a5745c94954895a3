import type { Fault } from '@holdfast/kernel';
import type { z } from 'zod';
import type { ReportDisclosureRequest } from './accounting.ts';
import type { AskGlassRequest, ReviewGlassRequest } from './break-glass.ts';
import type { CdsFeedback, CdsRequest } from './cds-hooks.ts';
import { type ChangeMessage, readChanges } from './change-stream.ts';
import type { DecideRequest, ExplainRequest } from './consent-explanation.ts';
import type { AccessPolicy, ActivatePolicyRequest } from './consent-policies.ts';
import type { PolicyDiffRequest, WhatIfRequest } from './consent-what-if.ts';
import { checked, jsonOf } from './contract-check.ts';
import { ENDPOINTS, type Endpoint } from './endpoints.ts';
import { apiFault } from './errors.ts';
import type {
  EraseRequest,
  PlaceHoldRequest,
  ReleaseHoldRequest,
  SetRetentionRequest,
} from './governance.ts';
import type { IdentityVerdictRequest } from './identity-reviews.ts';
import type { IncidentEntryRequest } from './incidents.ts';
import type { LabelSets } from './label-sets.ts';
import { type LiveSign, readLive, type StreamSign } from './live-reader.ts';
import { faultOf, OperationOutcome } from './operation-outcome.ts';
import type { TokenRequest } from './sign-in.ts';
import type { SignalState } from './signals.ts';

export interface ClientOptions {
  /** The server's root, e.g. `http://127.0.0.1:8080`; empty means the page's own origin. */
  readonly baseUrl: string;
  readonly fetch: typeof globalThis.fetch;
  /** Asked for at each call, so that a new sign-in needs no new client. */
  readonly token?: () => string | undefined;
}

interface Call {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

interface Cancel {
  readonly signal?: AbortSignal | undefined;
}

/** Calls an endpoint whose answer has a schema. */
type Read = <Schema extends z.ZodType>(
  endpoint: Endpoint & { readonly answer: { readonly schema: Schema } },
  call: Call,
) => Promise<z.infer<Schema>>;

export type Client = ReturnType<typeof createClient>;

/**
 * The typed client of this surface. Every method throws a `Fault`: the server's own, rebuilt from
 * its OperationOutcome, or API_UNREACHABLE / API_OFF_CONTRACT. An aborted call throws AbortError.
 */
export function createClient(options: ClientOptions) {
  const send = (endpoint: Endpoint, call: Call) => request(options, endpoint, call);
  const text = async (endpoint: Endpoint, call: Call) => (await send(endpoint, call)).text();
  const read: Read = async (endpoint, call) =>
    checked(endpoint.answer.schema, jsonOf(await text(endpoint, call)));

  return {
    listPersonas: (cancel: Cancel = {}) => read(ENDPOINTS.listPersonas, cancel),
    issueToken: (body: TokenRequest) => read(ENDPOINTS.issueToken, { body }),
    readOverview: (cancel: Cancel = {}) => read(ENDPOINTS.readOverview, cancel),
    readMetrics: (cancel: Cancel = {}) => text(ENDPOINTS.readMetrics, cancel),
    listSignals: (state: SignalState, cancel: Cancel = {}) =>
      read(ENDPOINTS.listSignals, { query: { state }, ...cancel }),
    readSignal: (id: string, cancel: Cancel = {}) =>
      read(ENDPOINTS.readSignal, { path: { id }, ...cancel }),
    listIncidents: (cancel: Cancel = {}) => read(ENDPOINTS.listIncidents, cancel),
    readIncident: (id: string, cancel: Cancel & { readonly at?: string } = {}) => {
      const { at, ...rest } = cancel;
      const query = at === undefined ? {} : { at };
      return read(ENDPOINTS.readIncident, { path: { id }, query, ...rest });
    },
    readIncidentPatients: (id: string, cancel: Cancel = {}) =>
      read(ENDPOINTS.readIncidentPatients, { path: { id }, ...cancel }),
    writeIncident: (id: string, body: IncidentEntryRequest) =>
      read(ENDPOINTS.writeIncident, { path: { id }, body }),
    readCheckpoint: (cancel: Cancel = {}) => text(ENDPOINTS.readCheckpoint, cancel),
    explainConsent: (body: ExplainRequest) => read(ENDPOINTS.explainConsent, { body }),
    decideConsent: (body: DecideRequest) => read(ENDPOINTS.decideConsent, { body }),
    listPolicies: () => read(ENDPOINTS.listPolicies, {}),
    readActivePolicy: () => read(ENDPOINTS.readActivePolicy, {}),
    storePolicy: (body: AccessPolicy) => read(ENDPOINTS.storePolicy, { body }),
    activatePolicy: (body: ActivatePolicyRequest) => read(ENDPOINTS.activatePolicy, { body }),
    whatIf: (body: WhatIfRequest) => read(ENDPOINTS.whatIf, { body }),
    diffPolicies: (body: PolicyDiffRequest) => read(ENDPOINTS.diffPolicies, { body }),
    loadLabelSets: (body: LabelSets) => read(ENDPOINTS.loadLabelSets, { body }),
    readLabelling: () => read(ENDPOINTS.readLabelling, {}),
    relabel: () => read(ENDPOINTS.relabel, {}),
    askGlass: (body: AskGlassRequest) => read(ENDPOINTS.askGlass, { body }),
    confirmGlass: (id: string) => read(ENDPOINTS.confirmGlass, { path: { id } }),
    endGlass: (id: string) => read(ENDPOINTS.endGlass, { path: { id } }),
    reviewGlass: (id: string, body: ReviewGlassRequest) =>
      read(ENDPOINTS.reviewGlass, { path: { id }, body }),
    listGlass: () => read(ENDPOINTS.listGlass, {}),
    ...governanceCalls(read),
    ...cdsHooksCalls(read),
    ...identityCalls(read),
    checkReadiness: (cancel: Cancel = {}) => read(ENDPOINTS.checkReadiness, cancel),
    /** Follows the live stream until it ends or `signal` aborts; reconnecting is the caller's. */
    async *followOverview(
      follow: Cancel & { readonly lastEventId?: string | undefined },
    ): AsyncGenerator<LiveSign> {
      const { lastEventId, signal } = follow;
      const headers = lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId };
      const { body } = await send(ENDPOINTS.followOverview, { headers, signal });
      if (body !== null) yield* readLive(body);
    },
    /** Follows changes until the stream ends or `signal` aborts; reconnecting is the caller's. */
    async *followEvents(
      follow: Cancel & {
        readonly lastEventId?: string | undefined;
        readonly query?: Readonly<Record<string, string>>;
      },
    ): AsyncGenerator<ChangeMessage | StreamSign> {
      const { lastEventId, query = {}, signal } = follow;
      const headers = lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId };
      const { body } = await send(ENDPOINTS.followEvents, { headers, query, signal });
      if (body !== null) yield* readChanges(body);
    },
  };
}

const cdsHooksCalls = (read: Read) => ({
  discoverCdsServices: () => read(ENDPOINTS.discoverCdsServices, {}),
  callCdsService: (id: string, body: CdsRequest) =>
    read(ENDPOINTS.callCdsService, { path: { id }, body }),
  sendCdsFeedback: (id: string, body: CdsFeedback) =>
    read(ENDPOINTS.sendCdsFeedback, { path: { id }, body }),
  readCardOutcomes: () => read(ENDPOINTS.readCardOutcomes, {}),
});

const identityCalls = (read: Read) => ({
  listIdentityReviews: (after?: string, cancel: Cancel = {}) =>
    read(ENDPOINTS.listIdentityReviews, {
      ...(after !== undefined && { query: { after } }),
      ...cancel,
    }),
  judgeIdentity: (one: string, other: string, body: IdentityVerdictRequest) =>
    read(ENDPOINTS.judgeIdentity, { path: { one, other }, body }),
});

/** Of which patient, and of when. */
type ReportPeriod = Readonly<Record<'patient', string> & Partial<Record<'from' | 'until', string>>>;

const governanceCalls = (read: Read) => ({
  listHolds: () => read(ENDPOINTS.listHolds, {}),
  placeHold: (body: PlaceHoldRequest) => read(ENDPOINTS.placeHold, { body }),
  releaseHold: (id: string, body: ReleaseHoldRequest) =>
    read(ENDPOINTS.releaseHold, { path: { id }, body }),
  listRetention: () => read(ENDPOINTS.listRetention, {}),
  setRetention: (body: SetRetentionRequest) => read(ENDPOINTS.setRetention, { body }),
  listErasures: () => read(ENDPOINTS.listErasures, {}),
  erase: (body: EraseRequest) => read(ENDPOINTS.erase, { body }),
  runErasures: () => read(ENDPOINTS.runErasures, {}),
  readAccounting: (query: ReportPeriod) => read(ENDPOINTS.readAccounting, { query: { ...query } }),
  readPack: (kind: string, query: ReportPeriod) =>
    read(ENDPOINTS.readPack, { path: { kind }, query: { ...query } }),
  reportDisclosure: (body: ReportDisclosureRequest) => read(ENDPOINTS.reportDisclosure, { body }),
});

/** The request a call makes, so that a screen can show it as a command. */
export function urlOf(
  baseUrl: string,
  endpoint: Endpoint,
  call: Pick<Call, 'path' | 'query'>,
): string {
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(call.path?.[name] ?? ''),
  );
  const query = new URLSearchParams(call.query).toString();
  return `${baseUrl.replace(/\/$/, '')}${path}${query === '' ? '' : `?${query}`}`;
}

async function request(options: ClientOptions, endpoint: Endpoint, call: Call): Promise<Response> {
  const token = endpoint.auth === 'bearer' ? options.token?.() : undefined;
  const headers = {
    Accept: endpoint.answer.contentType,
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    ...(call.body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...call.headers,
  };
  const init: RequestInit = {
    method: endpoint.method,
    headers,
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  };
  const response = await options
    .fetch(urlOf(options.baseUrl, endpoint, call), init)
    .catch((cause: unknown) => {
      if (call.signal?.aborted === true) throw cause;
      throw apiFault('API_UNREACHABLE', { cause });
    });
  if (response.ok || endpoint.answer.also?.includes(response.status) === true) return response;
  throw await refusalOf(response);
}

async function refusalOf(response: Response): Promise<Fault> {
  const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN);
  const head = {
    status: response.status,
    ...(Number.isFinite(retryAfter) ? { retryAfterSeconds: retryAfter } : {}),
  };
  const outcome = OperationOutcome.safeParse(await response.json().catch(() => undefined));
  if (outcome.success) return faultOf(outcome.data, head);
  const requestId = response.headers.get('X-Request-Id');
  return apiFault('API_UNNAMED_REFUSAL', {
    diagnostics: `Status ${response.status}${requestId === null ? '' : `, request ${requestId}`}.`,
  });
}
