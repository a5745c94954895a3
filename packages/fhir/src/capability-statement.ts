import { definitions } from './definitions.ts';
import type { JsonObject } from './json.ts';
import type { Resource } from './resource.ts';
import { type ResourceType, resourceTypes } from './resource-types.ts';
import { modifiersOf } from './search/parse-criterion.ts';
import { type SearchParameter, searchParametersOf } from './search/search-parameters.ts';

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

export interface CapabilityOptions {
  /** This server's address, e.g. `https://example.org/fhir`. */
  readonly base: string;
  /** When the statement was made, ISO 8601. */
  readonly date: string;
  readonly softwareVersion: string;
  /** What the HTTP layer routes; default: what every type has in this version. */
  readonly interactions?: readonly Interaction[];
  readonly systemInteractions?: readonly ('transaction' | 'batch')[];
  readonly conditional?: {
    readonly create?: boolean;
    readonly update?: boolean;
    readonly delete?: boolean;
  };
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

/**
 * A CapabilityStatement whose search parameters are those `parseSearch` takes and the index holds.
 */
export function capabilityStatement(options: CapabilityOptions): Resource {
  const { base, date, softwareVersion, security } = options;
  const system = options.systemInteractions ?? ['transaction', 'batch'];
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date,
    kind: 'instance',
    software: { name: 'Holdfast', version: softwareVersion },
    implementation: { description: 'Holdfast FHIR R4 server', url: base },
    fhirVersion: definitions().fhirVersion,
    format: ['application/fhir+json', 'json'],
    rest: [
      {
        mode: 'server',
        ...(security !== undefined && { security }),
        resource: (options.types ?? typesOfR4()).map((type) => resourceRow(type, options)),
        ...(system.length > 0 && { interaction: system.map((code) => ({ code })) }),
      },
    ],
  };
}

/** The storage list also has types of later versions (`SubscriptionStatus` of the Backport). */
function typesOfR4(): readonly ResourceType[] {
  const all = definitions().valueSets['http://hl7.org/fhir/ValueSet/resource-types']?.codes ?? [];
  return resourceTypes.filter((type) => all.includes(type));
}

function resourceRow(type: ResourceType, options: CapabilityOptions): JsonObject {
  const { create = true, update = false, delete: remove = false } = options.conditional ?? {};
  return {
    type,
    profile: `http://hl7.org/fhir/StructureDefinition/${type}`,
    interaction: (options.interactions ?? INTERACTIONS).map((code) => ({ code })),
    versioning: 'versioned-update',
    readHistory: true,
    updateCreate: true,
    conditionalCreate: create,
    conditionalUpdate: update,
    conditionalDelete: remove ? 'single' : 'not-supported',
    searchParam: [...searchParametersOf(type).values()].map(searchRow),
  };
}

function searchRow({ code, kind, url }: SearchParameter): JsonObject {
  const modifiers = modifiersOf(kind).map((name) => `:${name}`);
  return {
    name: code,
    definition: url,
    type: kind === 'id' ? 'token' : kind === 'lastUpdated' ? 'date' : kind,
    ...(modifiers.length > 0 && { documentation: `Modifiers: ${modifiers.join(' ')}` }),
  };
}
