import type { Issue } from '../issue.ts';
import type { JsonObject } from '../json.ts';
import { checkResource } from './compile-shape.ts';
import { Report } from './report.ts';

/**
 * Validation against the base R4 definitions: unknown elements, cardinality, JSON types, primitive
 * formats, choices, contained resources, extensions, `_` siblings, references and their targets,
 * required bindings (but for value sets of UCUM and LOINC), and every FHIRPath constraint of severity error. Compiled
 * once for each type, on first use. Profiles are not looked at.
 * @param path FHIRPath the issues start with; the resource type where absent
 * @returns the issues, at most MAX_ISSUES; empty = valid
 */
export function validateResource(resource: JsonObject, path?: string): readonly Issue[] {
  const report = new Report(resource);
  checkResource(resource, report, resource);
  if (report.count === 0) return VALID;
  const type = resource['resourceType'];
  return report.issues(path ?? (typeof type === 'string' ? type : 'Resource'));
}

const VALID: readonly Issue[] = Object.freeze([]);
