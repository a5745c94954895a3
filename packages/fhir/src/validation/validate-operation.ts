import { err, ok, type Result } from '@holdfast/kernel';
import type { Issue } from '../issue.ts';
import { isJsonObject, type JsonObject, listOf, textOf } from '../json.ts';
import { isResource, type Resource } from '../resource.ts';
import type { ResourceType } from '../resource-types.ts';
import { validateResource } from './validate-resource.ts';

/** What a `$validate` asks (https://hl7.org/fhir/R4/resource-operation-validate.html). */
export interface ValidationAsked {
  /** Absent: the stored resource of the address is meant. */
  readonly resource?: Resource;
  readonly mode?: ValidateMode;
  readonly profile?: string;
}

export type ValidateMode = 'create' | 'update' | 'delete' | 'profile';

/** What its address says: the type, and the id of an instance. */
export interface ValidateAddress {
  readonly type: ResourceType;
  readonly id?: string;
}

/**
 * Reads a `$validate` from its body, Parameters or the resource itself, and its query.
 * @param body undefined where there is none
 */
export function readValidate(
  address: ValidateAddress,
  body: Resource | undefined,
  query: { readonly mode?: string; readonly profile?: string } = {},
): Result<ValidationAsked, readonly Issue[]> {
  const isWrapped = body?.resourceType === 'Parameters' && hasOwnParameters(body);
  const parameters = isWrapped ? listOf(body['parameter']).filter(isJsonObject) : [];
  const named = (name: string): JsonObject | undefined =>
    parameters.find((parameter) => parameter['name'] === name);
  const mode = textOf(named('mode')?.['valueCode']) ?? query.mode;
  const profile = profileOf(named('profile')) ?? query.profile;
  if (mode !== undefined && !isMode(mode)) return refuse(UNKNOWN_MODE);
  const resource = isWrapped ? named('resource')?.['resource'] : body;
  if (resource !== undefined && !isResource(resource)) return refuse(NO_RESOURCE);
  const isInstance = address.id !== undefined;
  if (resource === undefined && !isInstance) return refuse(NO_RESOURCE);
  if (mode === 'delete' && !isInstance) return refuse(NO_INSTANCE);
  return ok({
    ...(resource !== undefined && { resource }),
    ...(mode !== undefined && { mode }),
    ...(profile !== undefined && { profile }),
  });
}

/** The issues of what is asked, about a resource from the request or from the store. */
export function validateAsked(
  address: ValidateAddress,
  { mode, profile }: ValidationAsked,
  resource: Resource,
): readonly Issue[] {
  const { resourceType } = resource;
  if (resourceType !== address.type) return [OTHER_TYPE];
  if (mode === 'delete') return [];
  return [
    ...idIssues(address, mode, resource),
    ...validateResource(resource),
    ...profileIssues(resource, profile),
  ];
}

function idIssues(
  { type, id }: ValidateAddress,
  mode: ValidateMode | undefined,
  resource: Resource,
): readonly Issue[] {
  if (mode !== 'update' || (resource.id !== undefined && (id ?? resource.id) === resource.id)) {
    return [];
  }
  return [{ ...OTHER_ID, expression: `${type}.id` }];
}

const BASE = 'http://hl7.org/fhir/StructureDefinition/';

/** Profiles are not loaded: what was not looked at is said. */
function profileIssues(resource: Resource, asked: string | undefined): readonly Issue[] {
  const { resourceType, meta } = resource;
  const claimed = isJsonObject(meta) ? listOf(meta['profile']) : [];
  const isKnown = (profile: unknown) => profile === BASE + resourceType;
  const notes: Issue[] = claimed.flatMap((profile, index) =>
    isKnown(profile)
      ? []
      : [{ ...NOT_LOADED, expression: `${resourceType}.meta.profile[${index}]` }],
  );
  if (asked === undefined || isKnown(asked)) return notes;
  return [{ ...NOT_LOADED, severity: 'warning', code: 'not-supported' }, ...notes];
}

const isMode = (text: string): text is ValidateMode =>
  text === 'create' || text === 'update' || text === 'delete' || text === 'profile';

const OWN = new Set<unknown>(['resource', 'mode', 'profile']);

/** A Parameters resource may itself be what is to be validated. */
const hasOwnParameters = (body: Resource): boolean =>
  listOf(body['parameter']).every((one) => isJsonObject(one) && OWN.has(one['name']));

const profileOf = (parameter: JsonObject | undefined): string | undefined =>
  textOf(parameter?.['valueUri']) ?? textOf(parameter?.['valueCanonical']);

type Refusal = Pick<Issue, 'code' | 'diagnostics' | 'mend'>;

const refuse = (refusal: Refusal): Result<never, readonly Issue[]> =>
  err([{ severity: 'error', expression: 'Parameters', ...refusal }]);

const UNKNOWN_MODE: Refusal = {
  code: 'value',
  diagnostics: 'no mode of $validate',
  mend: 'Give mode as create, update, delete or profile, or leave it away.',
};
const NO_RESOURCE: Refusal = {
  code: 'required',
  diagnostics: 'there is no resource to validate',
  mend: 'Send the resource, or Parameters with a parameter named resource.',
};
const NO_INSTANCE: Refusal = {
  code: 'invalid',
  diagnostics: 'a delete is asked of one resource',
  mend: 'Ask at [type]/[id]/$validate.',
};
const OTHER_TYPE: Issue = {
  severity: 'error',
  code: 'invalid',
  expression: 'resourceType',
  diagnostics: 'the resource is not of the type in the URL',
  mend: 'Ask at the URL of its own type.',
};
const OTHER_ID: Issue = {
  severity: 'error',
  code: 'invalid',
  diagnostics: 'an update needs an id, that of the URL',
  mend: 'Set id.',
};
const NOT_LOADED: Issue = {
  severity: 'information',
  code: 'informational',
  diagnostics: 'this profile is not loaded: the resource was held against R4 itself only',
  mend: 'Validate against the profile where it is loaded.',
};
