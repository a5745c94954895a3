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
 * (https://hl7.org/fhir/R4/search.html#summary), tagged SUBSETTED. Required elements stay, so that
 * the rest is still a valid resource; so do modifiers, without which it could be misunderstood, and
 * contained resources that what is left refers to.
 */
export function subsetResource(
  resource: Resource,
  query: Pick<SearchQuery, 'summary' | 'elements'>,
): Resource {
  const keep = chooser(query);
  if (keep === undefined) return resource;
  const rest = filtered(resource, shapeOf(resource.resourceType), keep);
  return tagged(resource.resourceType, withContained(resource, rest));
}

/** `"#label"`: a reference into the resource itself. */
const INNER_REFERENCE = /"reference":"#./;

function withContained({ contained }: Resource, rest: JsonObject): JsonObject {
  if (contained === undefined || 'contained' in rest) return rest;
  return INNER_REFERENCE.test(JSON.stringify(rest)) ? { ...rest, contained } : rest;
}

type Keep = (property: Property, shape: Shape) => boolean;

function chooser({ summary, elements }: Pick<SearchQuery, 'summary' | 'elements'>) {
  const nested = (shape: Shape): boolean => shape.path.includes('.');
  const stays = ({ row }: Property): boolean => (row.m ?? 0) > 0 || row.k === 1;
  let keep: Keep | undefined;
  if (elements !== undefined) {
    const named = new Set(elements.map((name) => name.split('.', 1)[0]));
    keep = (property, shape) => nested(shape) || stays(property) || named.has(property.element);
  } else if (summary === 'true') {
    keep = (property) => stays(property) || property.row.s === 1;
  } else if (summary === 'text') {
    keep = (property, shape) => nested(shape) || stays(property) || property.element === 'text';
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
  const tags = isJsonList(meta['tag']) ? meta['tag'].filter((tag) => !isSubsetted(tag)) : [];
  return { ...node, resourceType, meta: { ...meta, tag: [...tags, SUBSETTED] } };
}

const isSubsetted = (tag: JsonValue): boolean =>
  isJsonObject(tag) && tag['system'] === SUBSETTED.system && tag['code'] === SUBSETTED.code;
