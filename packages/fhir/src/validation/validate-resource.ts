import type { Issue } from '../issue.ts';
import type { JsonObject } from '../json.ts';
import { checkResource } from './compile-shape.ts';
import { Report } from './report.ts';

/**
 * Structural validation against the base R4 definitions: unknown elements, cardinality, JSON types,
 * primitive formats, choices, backbone elements, contained resources, extensions, `_` siblings,
 * required codes. FHIRPath invariants and profiles are not looked at.
 * @param path FHIRPath the issues start with; the resource type where absent
 * @returns the issues, at most MAX_ISSUES; empty = valid
 */
export function validateResource(resource: JsonObject, path?: string): readonly Issue[] {
  const type = resource['resourceType'];
  const report = new Report(path ?? (typeof type === 'string' ? type : 'Resource'));
  checkResource(resource, report);
  return report.issues;
}
