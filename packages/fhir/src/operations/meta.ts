import { err, ok, type Result } from '@holdfast/kernel';
import type { Issue } from '../issue.ts';
import { isJsonObject, type JsonObject, type JsonValue, listOf, textOf } from '../json.ts';
import type { Resource } from '../resource.ts';

/** The parts of a Meta that `$meta-add` and `$meta-delete` are about. */
export interface MetaLabels {
  readonly profile: readonly string[];
  readonly security: readonly JsonObject[];
  readonly tag: readonly JsonObject[];
}

/**
 * Reads the Parameters of `$meta-add` or `$meta-delete`
 * (https://hl7.org/fhir/R4/resource-operation-meta-add.html): one parameter `meta`.
 */
export function readMetaLabels(body: Resource): Result<MetaLabels, readonly Issue[]> {
  const given = listOf(body['parameter'])
    .filter(isJsonObject)
    .filter(({ name }) => name === 'meta');
  const meta = given[0]?.['valueMeta'];
  if (body.resourceType !== 'Parameters' || given.length !== 1 || !isJsonObject(meta)) {
    return err([NO_META]);
  }
  return ok({
    profile: listOf(meta['profile']).flatMap((one) => textOf(one) ?? []),
    security: listOf(meta['security']).filter(isJsonObject),
    tag: listOf(meta['tag']).filter(isJsonObject),
  });
}

const NO_META: Issue = {
  severity: 'error',
  code: 'required',
  expression: 'Parameters.parameter',
  diagnostics: 'there is no parameter named meta',
  mend: 'Send Parameters with one parameter named meta, its value as valueMeta.',
};

/** Codings are the same by system and code, whatever their display says. */
const same = (one: JsonValue, other: JsonValue): boolean =>
  isJsonObject(one) && isJsonObject(other)
    ? one['system'] === other['system'] && one['code'] === other['code']
    : one === other;

type Merge = (now: readonly JsonValue[], given: readonly JsonValue[]) => readonly JsonValue[];

const joined: Merge = (now, given) => [
  ...now,
  ...given.filter(
    (one, nth) =>
      !now.some((other) => same(one, other)) &&
      given.findIndex((other) => same(one, other)) === nth,
  ),
];
const reduced: Merge = (now, given) =>
  now.filter((one) => !given.some((other) => same(one, other)));

/** The resource with the labels it did not have yet. */
export const withLabels = (resource: Resource, labels: MetaLabels): Resource =>
  merged(resource, labels, joined);

/** The resource without these labels; what it does not have is no failure. */
export const withoutLabels = (resource: Resource, labels: MetaLabels): Resource =>
  merged(resource, labels, reduced);

function merged(resource: Resource, labels: MetaLabels, merge: Merge): Resource {
  const now = isJsonObject(resource['meta']) ? resource['meta'] : {};
  const meta: Record<string, JsonValue | undefined> = { ...now };
  for (const [part, given] of Object.entries(labels)) {
    const list = merge(listOf(now[part]), given as readonly JsonValue[]);
    // FHIR JSON has no empty lists.
    if (list.length > 0) meta[part] = list;
    else delete meta[part];
  }
  if (Object.keys(meta).length > 0) return { ...resource, meta };
  const { meta: _none, ...rest } = resource;
  return { ...rest, resourceType: resource.resourceType };
}

/** The Parameters that all three meta operations answer with. */
export const metaAnswer = (meta: JsonValue | undefined): Resource => ({
  resourceType: 'Parameters',
  parameter: [{ name: 'return', valueMeta: isJsonObject(meta) ? meta : {} }],
});
