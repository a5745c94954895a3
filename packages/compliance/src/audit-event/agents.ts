import {
  type Coding,
  dicom,
  ownRole,
  participation,
  provenanceRole,
  purposeOfUse,
} from './codes.ts';
import type { BalpPattern } from './interaction-kind.ts';

/** Source of the events: this server, as the reader reaches it. */
export interface AuditSource {
  /** Its FHIR address, without a slash at its end. */
  readonly address: string;
  /** Name of the log, as its checkpoints state it. */
  readonly site: string;
}

export interface AgentFacts {
  readonly actor: string;
  readonly roles: readonly string[];
  readonly purposes: readonly string[];
  readonly pattern: BalpPattern | undefined;
  readonly source: AuditSource;
}

const UNKNOWN = {
  extension: [
    {
      url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason',
      valueCode: 'unknown',
    },
  ],
} as const;

const SOURCE_ROLE = dicom('110153');
const DESTINATION_ROLE = dicom('110152');

/** Roles of client and server (IHE BALP 1.1, 3.5.6): data flows to the client in a read only. */
const ROLES: Readonly<Record<BalpPattern, readonly [client: Coding, server: Coding]>> = {
  Create: [SOURCE_ROLE, DESTINATION_ROLE],
  Read: [DESTINATION_ROLE, SOURCE_ROLE],
  Update: [SOURCE_ROLE, DESTINATION_ROLE],
  Delete: [dicom('110150'), provenanceRole('custodian')],
  Query: [SOURCE_ROLE, DESTINATION_ROLE],
};

/**
 * `AuditEvent.agent`: client and server where the pattern has them, and who asked. Where a client
 * connected from is not recorded, and said to be unknown.
 */
export function agentsOf(facts: AgentFacts): readonly object[] {
  const { pattern, source } = facts;
  const server = {
    who: { identifier: { value: source.site }, display: 'Holdfast' },
    requestor: false,
    network: { address: source.address, type: '5' },
  };
  if (pattern === undefined) return [{ type: typed(dicom('110150')), ...server }, userOf(facts)];
  const [clientRole, serverRole] = ROLES[pattern];
  return [
    { type: typed(clientRole), who: UNKNOWN, requestor: false, network: UNKNOWN },
    { type: typed(serverRole), ...server },
    userOf(facts),
  ];
}

const typed = (coding: Coding) => ({ coding: [coding] });

function userOf({ actor, roles, purposes, pattern }: AgentFacts): object {
  return {
    type: typed(participation(participationOf(pattern, roles))),
    ...(roles.length > 0 && { role: roles.map((role) => typed(ownRole(role))) }),
    who: whoOf(actor),
    requestor: true,
    ...(purposes.length > 0 && { purposeOfUse: purposes.map((each) => typed(purposeOfUse(each))) }),
  };
}

/** Who gives data in is its author or, where patients tell of themselves, informant. */
function participationOf(pattern: BalpPattern | undefined, roles: readonly string[]): string {
  if (pattern === undefined || pattern === 'Read' || pattern === 'Query') return 'IRCP';
  return roles.some((role) => role === 'patient' || role === 'proxy') ? 'INF' : 'AUT';
}

/** Types that `AuditEvent.agent.who` may refer to. */
const REFERABLE =
  /^(?:PractitionerRole|Practitioner|Organization|Device|Patient|RelatedPerson)\/[A-Za-z0-9.-]{1,64}$/;

/** A reference, or an identifier where FHIR R4 has no reference to such a principal. */
const whoOf = (actor: string): object =>
  REFERABLE.test(actor) ? { reference: actor } : { identifier: { value: actor } };
