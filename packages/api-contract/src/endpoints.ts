import { z } from 'zod';
import { ACCOUNTING_ENDPOINTS } from './accounting-endpoints.ts';
import { BREAK_GLASS_ENDPOINTS } from './break-glass-endpoints.ts';
import { CDS_HOOKS_ENDPOINTS } from './cds-hooks-endpoints.ts';
import { CONSENT_ENDPOINTS } from './consent-endpoints.ts';
import { GOVERNANCE_ENDPOINTS } from './governance-endpoints.ts';
import { Liveness, Readiness } from './health.ts';
import { IDENTITY_ENDPOINTS } from './identity-endpoints.ts';
import {
  IncidentDetail,
  IncidentEntryRequest,
  IncidentList,
  IncidentPatients,
} from './incidents.ts';
import { Overview } from './overview.ts';
import { Instant } from './primitives.ts';
import { PersonaList, TokenAnswer, TokenRequest } from './sign-in.ts';
import { SignalDetail, SignalList, SignalState } from './signals.ts';

export interface Endpoint {
  readonly method: 'GET' | 'POST';
  /** OpenAPI template, relative to the server's root. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** `bearer`: 401 without a valid token. */
  readonly auth: 'none' | 'bearer';
  /** Roles that may call it; absent means any signed-in actor. Others get 403. */
  readonly roles?: readonly string[];
  readonly parameters?: Readonly<Record<string, Parameter>>;
  readonly body?: z.ZodType;
  readonly answer: Answer;
  /** Statuses answered with an OperationOutcome (beyond 401, 403 and 500, 503, always possible). */
  readonly refusals?: readonly number[];
}

interface Parameter {
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description: string;
  readonly schema: z.ZodType;
}

interface Answer {
  readonly description: string;
  readonly contentType: 'application/json' | 'text/plain' | 'text/event-stream';
  /** Absent for streams and notes, whose lines are described in words. */
  readonly schema?: z.ZodType;
  /** Other statuses that carry the same body. */
  readonly also?: readonly number[];
}

const OPERATORS = ['operator', 'compliance-officer'] as const;

/** The whole non-FHIR surface. The server's routes and this table are held against each other. */
export const ENDPOINTS = {
  listPersonas: {
    method: 'GET',
    path: '/development/personas',
    summary: 'People of the demo population a developer may act as',
    description: 'Absent (404) when NODE_ENV is production.',
    auth: 'none',
    answer: { description: 'Personas', contentType: 'application/json', schema: PersonaList },
    refusals: [404],
  },
  issueToken: {
    method: 'POST',
    path: '/development/token',
    summary: 'A bearer token for a persona, without a password',
    description: 'Absent (404) when NODE_ENV is production. 400 for a purpose the persona lacks.',
    auth: 'none',
    body: TokenRequest,
    answer: { description: 'Token', contentType: 'application/json', schema: TokenAnswer },
    refusals: [400, 404],
  },
  readOverview: {
    method: 'GET',
    path: '/operations/overview',
    summary: 'One snapshot of requests, events, inference, ledger and signals',
    auth: 'bearer',
    roles: OPERATORS,
    answer: { description: 'Snapshot', contentType: 'application/json', schema: Overview },
  },
  readMetrics: {
    method: 'GET',
    path: '/metrics',
    summary: 'Figures of the event log and its consumer groups, for Prometheus',
    description: [
      'Text format 0.0.4, read at the moment of the scrape. Takes the token of HOLDFAST_METRICS_TOKEN',
      'as well. While the database is away the answer holds `holdfast_database_up 0` alone.',
    ].join(' '),
    auth: 'bearer',
    roles: OPERATORS,
    answer: { description: 'Metrics', contentType: 'text/plain' },
  },
  followOverview: {
    method: 'GET',
    path: '/operations/live',
    summary: 'The same snapshot pushed on change, and signals as they open or close',
    description: [
      'Server-sent events. `event: overview` carries an Overview, at most one a second; `event:',
      'signal` carries a SignalChange at once. Every event has an id; a comment line comes at least',
      'every 15 s. On reconnecting with Last-Event-ID the server resends each signal change after',
      'that id and a fresh overview; an id it no longer knows counts as none.',
    ].join(' '),
    auth: 'bearer',
    roles: OPERATORS,
    parameters: {
      'Last-Event-ID': {
        in: 'header',
        required: false,
        description: 'The last id received',
        schema: z.string().max(80),
      },
    },
    answer: { description: 'Event stream', contentType: 'text/event-stream' },
    refusals: [429],
  },
  followEvents: {
    method: 'GET',
    path: '/events',
    summary: 'What changed, pushed as it happens, as far as the caller may know it',
    description: [
      'Server-sent events. `event: change` carries id, at, interaction, reference, version and, where',
      'there is one, patient; never content. `event: state` says live, catching-up or paused (the log',
      'is away); `event: gap` that events after Last-Event-ID have left the log. Ids are sealed',
      'positions: good for the same caller and filters, on every process. The stream ends after 15',
      'minutes: come back with the last id.',
    ].join(' '),
    auth: 'bearer',
    parameters: {
      type: {
        in: 'query',
        required: false,
        description: 'Resource types, by commas',
        schema: z.string().max(2_000),
      },
      interaction: {
        in: 'query',
        required: false,
        description: 'create, update, delete, by commas',
        schema: z.string().max(40),
      },
      patient: {
        in: 'query',
        required: false,
        description: 'The one patient whose events are wanted: ID or Patient/ID',
        schema: z.string().max(72),
      },
      'Last-Event-ID': {
        in: 'header',
        required: false,
        description: 'The last id received',
        schema: z.string().max(200),
      },
    },
    answer: { description: 'Event stream', contentType: 'text/event-stream' },
    refusals: [400],
  },
  listSignals: {
    method: 'GET',
    path: '/operations/signals',
    summary: 'Failures with cause and affected patients',
    auth: 'bearer',
    roles: OPERATORS,
    parameters: {
      state: {
        in: 'query',
        required: false,
        description: 'Defaults to open',
        schema: SignalState,
      },
    },
    answer: { description: 'Signals', contentType: 'application/json', schema: SignalList },
    refusals: [400],
  },
  readSignal: {
    method: 'GET',
    path: '/operations/signals/{id}',
    summary: 'One signal with every affected patient; the read is audited',
    auth: 'bearer',
    roles: OPERATORS,
    parameters: {
      id: { in: 'path', required: true, description: 'Signal id', schema: z.string().max(80) },
    },
    answer: { description: 'Signal', contentType: 'application/json', schema: SignalDetail },
    refusals: [404],
  },
  listIncidents: {
    method: 'GET',
    path: '/operations/incidents',
    summary: 'Incidents: failures of one story with their cause first, open ones first',
    auth: 'bearer',
    roles: OPERATORS,
    answer: { description: 'Incidents', contentType: 'application/json', schema: IncidentList },
  },
  readIncident: {
    method: 'GET',
    path: '/operations/incidents/{id}',
    summary: 'One incident: cause, reach, clinical risk, regulatory duties with clocks, timeline',
    description: [
      'With `at`, what was known at that instant. Duties that depend on something unknown are',
      'undetermined, name what would settle them and keep their clocks. This is no legal advice.',
    ].join(' '),
    auth: 'bearer',
    roles: OPERATORS,
    parameters: {
      id: { in: 'path', required: true, description: 'Incident id', schema: z.uuid() },
      at: { in: 'query', required: false, description: 'Defaults to now', schema: Instant },
    },
    answer: { description: 'Incident', contentType: 'application/json', schema: IncidentDetail },
    refusals: [400, 404],
  },
  readIncidentPatients: {
    method: 'GET',
    path: '/operations/incidents/{id}/patients',
    summary: 'Everybody whom the incident reached; the read is audited for each of them',
    auth: 'bearer',
    roles: OPERATORS,
    parameters: {
      id: { in: 'path', required: true, description: 'Incident id', schema: z.uuid() },
    },
    answer: { description: 'Patients', contentType: 'application/json', schema: IncidentPatients },
    refusals: [404],
  },
  writeIncident: {
    method: 'POST',
    path: '/operations/incidents/{id}/entries',
    summary: 'Adds to the timeline: take it up, answer a question, record an instant, close it',
    auth: 'bearer',
    roles: OPERATORS,
    parameters: {
      id: { in: 'path', required: true, description: 'Incident id', schema: z.uuid() },
    },
    body: IncidentEntryRequest,
    answer: { description: 'Incident', contentType: 'application/json', schema: IncidentDetail },
    refusals: [400, 404, 409],
  },
  readCheckpoint: {
    method: 'GET',
    path: '/ledger/checkpoint',
    summary: 'The latest signed checkpoint of the audit ledger',
    description: 'A C2SP signed note: origin, size and root, then an empty line and signatures.',
    auth: 'bearer',
    answer: { description: 'Signed note', contentType: 'text/plain' },
    refusals: [404],
  },
  ...CONSENT_ENDPOINTS,
  ...BREAK_GLASS_ENDPOINTS,
  ...GOVERNANCE_ENDPOINTS,
  ...CDS_HOOKS_ENDPOINTS,
  ...ACCOUNTING_ENDPOINTS,
  ...IDENTITY_ENDPOINTS,
  checkLiveness: {
    method: 'GET',
    path: '/health/live',
    summary: 'The process runs',
    auth: 'none',
    answer: { description: 'Alive', contentType: 'application/json', schema: Liveness },
  },
  checkReadiness: {
    method: 'GET',
    path: '/health/ready',
    summary: 'Every dependency answers',
    auth: 'none',
    answer: {
      description: 'Readiness; 503 carries the same body',
      contentType: 'application/json',
      schema: Readiness,
      also: [503],
    },
  },
} as const satisfies Readonly<Record<string, Endpoint>>;

export type OperationId = keyof typeof ENDPOINTS;
