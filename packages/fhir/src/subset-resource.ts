import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import type { Resource } from './resource.ts';
import type { ResourceType } from './resource-types.ts';
import type { SearchQuery } from './search/search-query.ts';
import { type Property, propertiesOf, type Shape, shapeOf } from './structure.ts';

const SUBSETTED = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
};
const ALWAYS = new Set(['resourceType', 'id', 'meta']);

/**
 * What `_summary` and `_elements` leave of a resource
 * (https://hl7.org/fhir/R4/search.html#summary),
 * tagged SUBSETTED. Required elements stay, so that the rest is still a valid resource.
 */
export function subsetResource(
  resource: Resource,
  query: Pick<SearchQuery, 'summary' | 'elements'>,
): Resource {
  const keep = chooser(query);
  if (keep === undefined) return resource;
  const shape = shapeOf(resource.resourceType);
  return tagged(resource.resourceType, filtered(resource, shape, keep));
}

type Keep = (property: Property, shape: Shape) => boolean;

function chooser({ summary, elements }: Pick<SearchQuery, 'summary' | 'elements'>) {
  const nested = (shape: Shape): boolean => shape.path.includes('.');
  const required = (property: Property): boolean => (property.row.m ?? 0) > 0;
  let keep: Keep | undefined;
  if (elements !== undefined) {
    const named = new Set(elements.map((name) => name.split('.', 1)[0]));
    keep = (property, shape) => nested(shape) || required(property) || named.has(property.element);
  } else if (summary === 'true') {
    keep = (property) => required(property) || property.row.s === 1;
  } else if (summary === 'text') {
    keep = (property, shape) => nested(shape) || required(property) || property.element === 'text';
  } else if (summary === 'data') {
    keep = (property, shape) => nested(shape) || property.element !== 'text';
  }
  return keep;
}

/** Backbone elements are filtered too, data types are kept or dropped whole. */
function filtered(node: JsonObject, shape: Shape, keep: Keep): JsonObject {
  const properties = propertiesOf(shape);
  const copy: Record<string, JsonValue | undefined> = {};
  for (const [name, value] of Object.entries(node)) {
    const property = properties.get(name.startsWith('_') ? name.slice(1) : name);
    if (ALWAYS.has(name)) copy[name] = value;
    else if (property !== undefined && keep(property, shape)) {
      const kept = nestedValue(value, property.shape, keep);
      // Nothing left of a required element: FHIR has no empty objects, so it stays whole.
      if (kept !== undefined) copy[name] = kept;
      else if ((property.row.m ?? 0) > 0) copy[name] = value;
    }
  }
  return copy;
}

/** Undefined where nothing is left. */
function nestedValue(
  value: JsonValue | undefined,
  shape: Shape | null,
  keep: Keep,
): JsonValue | undefined {
  if (shape === null || !shape.path.includes('.')) return value;
  if (isJsonList(value)) {
    const items = value
      .map((item) => nestedValue(item, shape, keep))
      .filter((item) => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  if (!isJsonObject(value)) return value;
  const rest = filtered(value, shape, keep);
  return Object.keys(rest).length === 0 ? undefined : rest;
}

function tagged(resourceType: ResourceType, node: JsonObject): Resource {
  const meta = isJsonObject(node['meta']) ? node['meta'] : {};
  const tags = isJsonList(meta['tag']) ? meta['tag'] : [];
  return { ...node, resourceType, meta: { ...meta, tag: [...tags, SUBSETTED] } };
}
