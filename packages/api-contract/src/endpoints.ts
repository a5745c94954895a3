import { z } from 'zod';
import { ACCOUNTING_ENDPOINTS } from './accounting-endpoints.ts';
import { BREAK_GLASS_ENDPOINTS } from './break-glass-endpoints.ts';
import { CDS_HOOKS_ENDPOINTS } from './cds-hooks-endpoints.ts';
import { DecideAnswer, DecideRequest, ExplainRequest, Explanation } from './consent-explanation.ts';
import {
  AccessPolicy,
  ActivatePolicyRequest,
  PolicyInForce,
  PolicyList,
  StoredPolicyAnswer,
} from './consent-policies.ts';
import { PolicyDiffRequest, WhatIfAnswer, WhatIfRequest } from './consent-what-if.ts';
import { GOVERNANCE_ENDPOINTS } from './governance-endpoints.ts';
import { Liveness, Readiness } from './health.ts';
import {
  IncidentDetail,
  IncidentEntryRequest,
  IncidentList,
  IncidentPatients,
} from './incidents.ts';
import { LabellingStatus, LabelSets, LabelSetsAnswer } from './label-sets.ts';
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

/** Who writes and activates access policies. */
const POLICY_KEEPERS = ['compliance-officer'] as const;

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
        description: 'Id of the one patient whose events are wanted',
        schema: z.string().max(64),
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
  explainConsent: {
    method: 'POST',
    path: '/consent/explain',
    summary: 'May this be done, and why (not)? Decided on the current consents, and audited',
    description: [
      'Compliance officers, and patients about their own record, get the whole tree of reasons;',
      'others learn what the policy says and whether the patient layer permits. `actor` is for',
      'compliance officers and systems; others get 403, as for a purpose the token lacks.',
    ].join(' '),
    auth: 'bearer',
    body: ExplainRequest,
    answer: { description: 'Explanation', contentType: 'application/json', schema: Explanation },
    refusals: [400],
  },
  decideConsent: {
    method: 'POST',
    path: '/consent/decide',
    summary: 'Up to 1,000 questions about access, decided in one snapshot, and audited',
    description: '`actor` is for compliance officers and systems; others get 403.',
    auth: 'bearer',
    body: DecideRequest,
    answer: { description: 'Verdicts', contentType: 'application/json', schema: DecideAnswer },
    refusals: [400],
  },
  listPolicies: {
    method: 'GET',
    path: '/consent/policies',
    summary: 'The access policies of the organisation, newest first',
    description:
      'Stored ones only: until one is activated, the shipped starter policy is in force, which ' +
      '`GET /consent/policies/active` shows.',
    auth: 'bearer',
    roles: POLICY_KEEPERS,
    answer: { description: 'Policies', contentType: 'application/json', schema: PolicyList },
  },
  readActivePolicy: {
    method: 'GET',
    path: '/consent/policies/active',
    summary: 'The access policy in force, whole; the starter policy is version 0',
    auth: 'bearer',
    roles: POLICY_KEEPERS,
    answer: { description: 'The policy', contentType: 'application/json', schema: PolicyInForce },
  },
  storePolicy: {
    method: 'POST',
    path: '/consent/policies',
    summary: 'Check an access policy and store it as the next version; it takes no effect yet',
    description: '422 with the same body where the document has errors: nothing is stored then.',
    auth: 'bearer',
    roles: POLICY_KEEPERS,
    body: AccessPolicy,
    answer: {
      description: 'Its version, and what its author may not have meant',
      contentType: 'application/json',
      schema: StoredPolicyAnswer,
      also: [422],
    },
    refusals: [400],
  },
  activatePolicy: {
    method: 'POST',
    path: '/consent/policies/active',
    summary: 'Put a stored version in force from the next statement on; an older one rolls back',
    auth: 'bearer',
    roles: POLICY_KEEPERS,
    body: ActivatePolicyRequest,
    answer: { description: 'Policies', contentType: 'application/json', schema: PolicyList },
    refusals: [400, 404],
  },
  whatIf: {
    method: 'POST',
    path: '/consent/what-if',
    summary: 'Who would gain and who would lose what, were a draft in force; nothing changes',
    description:
      'A draft policy is held against all patients on file, class by class; a draft Consent against ' +
      'those of its patient. 422 with the same body where the draft has errors.',
    auth: 'bearer',
    roles: POLICY_KEEPERS,
    body: WhatIfRequest,
    answer: {
      description: 'Changes, the most patients first',
      contentType: 'application/json',
      schema: WhatIfAnswer,
      also: [422],
    },
    refusals: [400, 404],
  },
  diffPolicies: {
    method: 'POST',
    path: '/consent/diff',
    summary: 'Who gains and who loses what from one stored policy to another',
    auth: 'bearer',
    roles: POLICY_KEEPERS,
    body: PolicyDiffRequest,
    answer: { description: 'Changes', contentType: 'application/json', schema: WhatIfAnswer },
    refusals: [400, 404],
  },
  readLabelling: {
    method: 'GET',
    path: '/consent/labels',
    summary: 'The label sets in force, and how far the stored data is labelled by them',
    auth: 'bearer',
    roles: POLICY_KEEPERS,
    answer: { description: 'Status', contentType: 'application/json', schema: LabellingStatus },
  },
  loadLabelSets: {
    method: 'POST',
    path: '/consent/labels',
    summary: 'Put an organisation’s own label sets in force, in place of those before',
    description:
      'They hold for all that is written from now on; stored data is labelled again in the ' +
      'background. 422 with the same body where the document has errors: nothing is loaded then.',
    auth: 'bearer',
    roles: POLICY_KEEPERS,
    body: LabelSets,
    answer: {
      description: 'The number of the sets',
      contentType: 'application/json',
      schema: LabelSetsAnswer,
      also: [422],
    },
    refusals: [400],
  },
  relabel: {
    method: 'POST',
    path: '/consent/labels/relabel',
    summary: 'Label all stored data again by the sets in force, in the background',
    auth: 'bearer',
    roles: POLICY_KEEPERS,
    answer: { description: 'Status', contentType: 'application/json', schema: LabellingStatus },
  },
  ...BREAK_GLASS_ENDPOINTS,
  ...GOVERNANCE_ENDPOINTS,
  ...CDS_HOOKS_ENDPOINTS,
  ...ACCOUNTING_ENDPOINTS,
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
