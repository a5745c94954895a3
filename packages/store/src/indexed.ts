import {
  compartmentPatients,
  extractIndexEntries,
  type IndexEntries,
  localReferences,
  mainDateParameter,
  type Resource,
  type ResourceType,
} from '@holdfast/fhir';
import { type IndexDictionary, indexRows, timestamp } from './index-rows.ts';
import { ownerBy } from './owner-parameters.ts';
import { type Change, type Indexed, type VersionedName, versionName } from './write-plan.ts';

/** A resource taken apart once: what it is found by, whose it is, what it points at. */
export interface Described {
  readonly entries: IndexEntries;
  readonly owner: string | null;
  readonly others: readonly string[];
  readonly references: Change['references'];
  readonly versioned: Change['versioned'];
  /** FHIRPath of the first place that holds each reference, by `Type/id` or `Type/id/_history/n`. */
  readonly referencePaths: ReadonlyMap<string, string>;
}

export function describe(resource: Resource): Described {
  const { owner, others } = compartmentPatients(resource);
  const referencePaths = new Map<string, string>();
  const references: { type: Described['references'][number]['type']; id: string }[] = [];
  const versioned: VersionedName[] = [];
  for (const { path, type, id, version } of localReferences(resource)) {
    const name = `${type}/${id}`;
    if (version !== undefined && !referencePaths.has(versionName({ type, id, version }))) {
      referencePaths.set(versionName({ type, id, version }), path);
      versioned.push({ type, id, version });
    }
    if (referencePaths.has(name)) continue;
    referencePaths.set(name, path);
    references.push({ type, id });
  }
  const entries = extractIndexEntries(resource);
  return { entries, owner, others, references, versioned, referencePaths };
}

const NO_DATE = '-infinity';

const mainDateEntry = (type: ResourceType, { dates }: IndexEntries) =>
  dates.find(({ param }) => param === mainDateParameter(type));

/**
 * A resource's main clinical date in ms since 1970, as the columns `at` and `at_end` hold it;
 * undefined where it has none.
 */
export const clinicalTimeOf = (resource: Resource) =>
  mainDateEntry(resource.resourceType, extractIndexEntries(resource));

/** What stands beside a described resource's text in its own row; ms since 1970. */
export function placeOf(
  { resourceType }: Resource,
  { entries, owner }: Described,
): { readonly at: number; readonly atEnd: number; readonly ownerBy: number } {
  const date = mainDateEntry(resourceType, entries);
  return {
    at: date?.start ?? -Infinity,
    atEnd: date?.end ?? -Infinity,
    ownerBy: ownerBy(entries.references, owner),
  };
}

/** The index state of a described resource, in this database's numbers. */
export function indexed(
  resource: Resource,
  described: Described,
  dictionary: IndexDictionary,
): Indexed {
  const type = resource.resourceType;
  const parameter = mainDateParameter(type);
  const date = mainDateEntry(type, described.entries);
  return {
    at: date === undefined ? NO_DATE : timestamp(date.start),
    atEnd: date === undefined ? NO_DATE : timestamp(date.end),
    owner: described.owner,
    ownerBy: ownerBy(described.entries.references, described.owner),
    others: described.others,
    rows: indexRows(described.entries, dictionary, {
      type,
      mainDateParameter: parameter,
      owner: described.owner,
    }),
  };
}
