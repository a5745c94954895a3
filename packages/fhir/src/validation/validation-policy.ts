import { err, ok, type Result } from '@holdfast/kernel';
import type { Issue } from '../issue.ts';
import type { Resource } from '../resource.ts';
import { isResourceType, type ResourceType } from '../resource-types.ts';
import { validateResource } from './validate-resource.ts';

/** `off` looks at nothing, `warn` tells and stores, `enforce` refuses. */
export type ValidationMode = 'off' | 'warn' | 'enforce';

/** What a server does with resources that break rules, by their type. */
export interface ValidationPolicy {
  readonly otherwise: ValidationMode;
  readonly types: ReadonlyMap<ResourceType, ValidationMode>;
}

export const ENFORCE_ALL: ValidationPolicy = { otherwise: 'enforce', types: new Map() };

export interface Verdict {
  readonly isRefused: boolean;
  /** Errors where it is refused, else warnings. */
  readonly issues: readonly Issue[];
}

/**
 * Judges a resource that is about to be written.
 * @param path FHIRPath the issues start with; the resource type where absent
 */
export function judgeResource(
  resource: Resource,
  policy: ValidationPolicy,
  path?: string,
): Verdict {
  const mode = policy.types.get(resource.resourceType) ?? policy.otherwise;
  if (mode === 'off') return ACCEPTED;
  const issues = validateResource(resource, path);
  if (issues.length === 0) return ACCEPTED;
  if (mode === 'enforce') return { isRefused: true, issues };
  return { isRefused: false, issues: issues.map((one) => ({ ...one, severity: 'warning' })) };
}

const ACCEPTED: Verdict = { isRefused: false, issues: [] };

/**
 * Reads a policy as operators write it: `enforce`, or `enforce,Observation=warn,Binary=off`.
 * @returns the part that cannot be read as the error
 */
export function parseValidationPolicy(text: string): Result<ValidationPolicy, string> {
  let otherwise: ValidationMode = 'enforce';
  const types = new Map<ResourceType, ValidationMode>();
  for (const part of text.split(',').map((one) => one.trim())) {
    const [left = '', right] = part.split('=', 2);
    const mode = right ?? left;
    if (!isMode(mode)) return err(part);
    if (right === undefined) otherwise = mode;
    else if (isResourceType(left)) types.set(left, mode);
    else return err(part);
  }
  return ok({ otherwise, types });
}

const isMode = (text: string): text is ValidationMode =>
  text === 'off' || text === 'warn' || text === 'enforce';
