import { definitions } from './definitions.ts';
import type { JsonObject } from './json.ts';
import type { Resource } from './resource.ts';
import { type ResourceType, resourceTypes } from './resource-types.ts';
import type { CompartmentType } from './search/search-criterion.ts';
import type { SearchKind, SearchParameter } from './search/search-parameter.ts';
import { searchParametersOf } from './search/search-parameters.ts';
import { sharedParameter } from './search/search-scope.ts';

export type Interaction =
  | 'read'
  | 'vread'
  | 'update'
  | 'patch'
  | 'delete'
  | 'history-instance'
  | 'history-type'
  | 'create'
  | 'search-type';

export type SystemInteraction = 'transaction' | 'batch' | 'search-system' | 'history-system';

export interface CapabilityOptions {
  /** This server's address, e.g. `https://example.org/fhir`. */
  readonly base: string;
  /** When the statement was made, ISO 8601. */
  readonly date: string;
  readonly softwareVersion: string;
  /** What the HTTP layer routes; default: what every type has in this version. */
  readonly interactions?: readonly Interaction[];
  readonly systemInteractions?: readonly SystemInteraction[];
  /** Compartments that can be searched, e.g. `Patient/1/Observation`. */
  readonly compartments?: readonly CompartmentType[];
  readonly conditional?: {
    readonly create?: boolean;
    readonly update?: boolean;
    readonly delete?: boolean;
  };
  /** Operations of every type, of some, and of the whole system. */
  readonly operations?: {
    readonly every?: readonly OperationName[];
    readonly of?: Partial<Record<ResourceType, readonly OperationName[]>>;
    readonly system?: readonly OperationName[];
  };
  /** Canonical addresses of the statements that it fulfils. */
  readonly instantiates?: readonly string[];
  /** Profiles that resources of a type may follow. */
  readonly supportedProfiles?: Partial<Record<ResourceType, readonly string[]>>;
  /** Types of which no versions are shown and which no condition names. */
  readonly plain?: readonly ResourceType[];
  /** Types served; default: all of R4. */
  readonly types?: readonly ResourceType[];
  /** `rest.security`, from who runs the authorization server. */
  readonly security?: JsonObject;
}

const INTERACTIONS: readonly Interaction[] = [
  'read',
  'vread',
  'create',
  'update',
  'delete',
  'search-type',
];

const OF_VERSIONS: readonly Interaction[] = ['vread', 'history-instance', 'history-type'];

/**
 * A CapabilityStatement whose search parameters are those `parseSearch` takes and the index holds.
 */
export function capabilityStatement(options: CapabilityOptions): Resource {
  const { base, date, softwareVersion, security, compartments = [], instantiates = [] } = options;
  const types = options.types ?? typesOfR4();
  const system = options.systemInteractions ?? ['transaction', 'batch'];
  const atSystem = options.operations?.system ?? [];
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date,
    kind: 'instance',
    ...(instantiates.length > 0 && { instantiates }),
    software: { name: 'Holdfast', version: softwareVersion },
    implementation: { description: 'Holdfast FHIR R4 server', url: base },
    fhirVersion: definitions().fhirVersion,
    format: ['application/fhir+json', 'json'],
    patchFormat: ['application/json-patch+json', 'application/fhir+json'],
    rest: [
      {
        mode: 'server',
        ...(security !== undefined && { security }),
        resource: types.map((type) => resourceRow(type, types, options)),
        ...(system.length > 0 && { interaction: system.map((code) => ({ code })) }),
        ...(atSystem.length > 0 && { operation: atSystem.map(operationRow) }),
        ...(system.includes('search-system') && { searchParam: sharedParameters().map(searchRow) }),
        ...(compartments.length > 0 && { compartment: compartments.map(compartmentUrl) }),
      },
    ],
  };
}

/** What a search over all types takes. */
function sharedParameters(): SearchParameter[] {
  const codes = searchParametersOf('Basic').keys();
  return [...codes].flatMap((code) => sharedParameter([], code) ?? []);
}

/** `relatedPerson`: the definitions' addresses begin with a small letter. */
const compartmentUrl = (type: CompartmentType): string =>
  `http://hl7.org/fhir/CompartmentDefinition/${type.charAt(0).toLowerCase()}${type.slice(1)}`;

/** The storage list also has types of later versions (`SubscriptionStatus` of the Backport). */
function typesOfR4(): readonly ResourceType[] {
  const all = definitions().valueSets['http://hl7.org/fhir/ValueSet/resource-types']?.codes ?? [];
  return resourceTypes.filter((type) => all.includes(type));
}

function resourceRow(
  type: ResourceType,
  types: readonly ResourceType[],
  options: CapabilityOptions,
): JsonObject {
  const plain = options.plain?.includes(type) ?? false;
  const conditional = plain ? { create: false } : options.conditional;
  const { create = true, update = false, delete: remove = false } = conditional ?? {};
  const interactions = (options.interactions ?? INTERACTIONS).filter(
    (code) => !(plain && OF_VERSIONS.includes(code)),
  );
  const { every = [], of = {} } = options.operations ?? {};
  const operations = [...every, ...(of[type] ?? [])];
  const includes = includesOf(type);
  const revIncludes = revIncludesOf(type, types);
  const profiles = options.supportedProfiles?.[type];
  return {
    type,
    profile: `http://hl7.org/fhir/StructureDefinition/${type}`,
    ...(profiles !== undefined && { supportedProfile: profiles }),
    interaction: interactions.map((code) => ({ code })),
    ...(operations.length > 0 && { operation: operations.map(operationRow) }),
    versioning: 'versioned-update',
    readHistory: !plain,
    updateCreate: true,
    conditionalCreate: create,
    conditionalRead: 'full-support',
    referencePolicy: ['literal', 'logical', 'enforced', 'local'],
    conditionalUpdate: update,
    conditionalDelete: remove ? 'single' : 'not-supported',
    ...(includes.length > 0 && { searchInclude: includes }),
    ...(revIncludes.length > 0 && { searchRevInclude: revIncludes }),
    searchParam: [...searchParametersOf(type).values()].map(searchRow),
  };
}

const BACKPORT =
  'http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription';

/** Operations of R4, Bulk Data, the Subscriptions Backport and our own, with what defines them. */
const OPERATIONS = {
  validate: 'http://hl7.org/fhir/OperationDefinition/Resource-validate',
  meta: 'http://hl7.org/fhir/OperationDefinition/Resource-meta',
  'meta-add': 'http://hl7.org/fhir/OperationDefinition/Resource-meta-add',
  'meta-delete': 'http://hl7.org/fhir/OperationDefinition/Resource-meta-delete',
  'patient-everything': 'http://hl7.org/fhir/OperationDefinition/Patient-everything',
  'patient-match': 'http://hl7.org/fhir/OperationDefinition/Patient-match',
  'ihe-pix': 'https://profiles.ihe.net/ITI/PIXm/OperationDefinition/IHE.PIXm.pix',
  export: 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export',
  'patient-export': 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition/patient-export',
  'group-export': 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export',
  'subscription-status': `${BACKPORT}-status`,
  'subscription-events': `${BACKPORT}-events`,
  'subscription-resend': `${BACKPORT}-resend`,
  'subscription-get-ws-binding-token': `${BACKPORT}-get-ws-binding-token`,
  /** Ours: the Backport leaves signatures to the server. */
  'subscription-signing-secret': 'urn:holdfast:operation:subscription-signing-secret',
  'encounter-everything': 'http://hl7.org/fhir/OperationDefinition/Encounter-everything',
} as const;

export type OperationName = keyof typeof OPERATIONS;

const operationRow = (name: OperationName): JsonObject => ({
  name: name.replace(/^(?:patient|encounter|group|subscription)-/, ''),
  definition: OPERATIONS[name],
});

function searchRow({ code, kind, url, modifiers }: SearchParameter): JsonObject {
  const list = modifiers.map((name) => `:${name}`).join(' ');
  return {
    name: code,
    definition: url,
    type: TYPE_OF_KIND[kind] ?? kind,
    ...(list !== '' && { documentation: `Modifiers: ${list}` }),
  };
}

/** FHIR's search parameter type, where it is not the kind's own name. */
const TYPE_OF_KIND: Partial<Record<SearchKind, string>> = {
  id: 'token',
  lastUpdated: 'date',
  phonetic: 'string',
  near: 'special',
};

/** What `_include` takes for a type: `Source:parameter` for each of its references. */
function includesOf(type: ResourceType): readonly string[] {
  const references = [...searchParametersOf(type).values()].filter(isReference);
  return references.length === 0 ? [] : ['*', ...references.map(({ code }) => `${type}:${code}`)];
}

/** What `_revinclude` takes for a type: every reference parameter that may point at it. */
function revIncludesOf(type: ResourceType, sources: readonly ResourceType[]): readonly string[] {
  const found = sources.flatMap((source) =>
    [...searchParametersOf(source).values()]
      .filter((parameter) => isReference(parameter) && parameter.targets.includes(type))
      .map(({ code }) => `${source}:${code}`),
  );
  return found.length === 0 ? [] : ['*', ...found];
}

const isReference = ({ kind }: SearchParameter): boolean => kind === 'reference';
