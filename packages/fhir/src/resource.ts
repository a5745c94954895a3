import { isJsonObject, type JsonObject } from './json.ts';
import { isResourceType, type ResourceType } from './resource-types.ts';

/**
 * Any R4 resource as parsed JSON. Its elements are read by name; the validator vouches for shape.
 */
export interface Resource extends JsonObject {
  readonly resourceType: ResourceType;
  readonly id?: string;
}

/** True for an object that names a known type; says nothing about its elements. */
export function isResource(value: unknown): value is Resource {
  return (
    isJsonObject(value) &&
    typeof value['resourceType'] === 'string' &&
    isResourceType(value['resourceType'])
  );
}

/** R4 `id`: 1 to 64 of A-Z a-z 0-9 - . (https://hl7.org/fhir/R4/datatypes.html#id). */
export const isResourceId = (text: string): boolean => /^[A-Za-z0-9\-.]{1,64}$/.test(text);
