import { type JsonObject, stringifyAsWritten } from '@holdfast/fhir';
import type { Content } from './write-intent.ts';

export interface VersionMeta {
  readonly version: number;
  /** RFC 3339 instant. */
  readonly updated: string;
}

/**
 * The JSON text that is stored and sent: the resource with this version's `meta.versionId` and
 * `meta.lastUpdated`, numbers spelt as the sender spelt them.
 */
export function contentText({ resource, numbers }: Content, version: VersionMeta): string {
  const meta = {
    ...(resource['meta'] as JsonObject | undefined),
    versionId: String(version.version),
    lastUpdated: version.updated,
  };
  if (numbers === undefined || numbers === null) {
    const { resourceType, id, meta: _, ...elements } = resource;
    return JSON.stringify({ resourceType, id, meta, ...elements });
  }
  // The numbers are known by their order, so elements keep theirs.
  return stringifyAsWritten({ ...resource, meta }, numbers);
}
