import { isResourceType, type ResourceType } from '@holdfast/fhir';
import { MAX_SCOPES } from '../limits.ts';

/** A SMART App Launch 2.2 resource scope, or one of version 1. It narrows what a token may do. */
export interface SmartScope {
  /** `patient`: the record in the token's context only; `user` and `system`: no narrowing by record. */
  readonly context: 'patient' | 'user' | 'system';
  readonly type: ResourceType | '*';
  /** Of c, r, u, d, s, in this order. */
  readonly permissions: string;
  /** All must match; each names codings of which one must. */
  readonly filters: readonly ScopeFilter[];
}

export interface ScopeFilter {
  /** `category` looks at what the resource says it is, `code` at every coding in it. */
  readonly parameter: 'category' | 'code';
  /** As `system|code`. */
  readonly codings: readonly string[];
}

/** Version 1 permissions in those of version 2. */
const FIRST_VERSION: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' };

const SCOPE = /^(patient|user|system)\/([A-Za-z]+|\*)\.(read|write|\*|c?r?u?d?s?)(?:\?(.+))?$/;

/**
 * The resource scopes in the text of a token's `scope` claim; undefined where it holds none, for
 * then it says nothing about resources. A scope that cannot be read, or narrows by what this engine
 * does not look at, grants nothing.
 */
export function parseScopes(text: string): readonly SmartScope[] | undefined {
  const named = text.split(/\s+/).filter((each) => /^(patient|user|system)\//.test(each));
  if (named.length === 0) return undefined;
  return named.slice(0, MAX_SCOPES).flatMap((each) => {
    const scope = parseScope(each);
    return scope === undefined ? [] : [scope];
  });
}

function parseScope(text: string): SmartScope | undefined {
  const [, context, type = '', stated = '', query] = SCOPE.exec(text) ?? [];
  if (context !== 'patient' && context !== 'user' && context !== 'system') return undefined;
  if (type !== '*' && !isResourceType(type)) return undefined;
  const permissions = FIRST_VERSION[stated] ?? stated;
  const filters = [...new URLSearchParams(query ?? '')].map(filterOf);
  if (permissions === '' || filters.some((each) => each === undefined)) return undefined;
  return { context, type, permissions, filters: filters.filter((each) => each !== undefined) };
}

function filterOf([parameter, value]: [string, string]): ScopeFilter | undefined {
  if (parameter !== 'category' && parameter !== 'code') return undefined;
  const codings = value.split(',');
  return codings.every((each) => /^[^|]+\|[^|]+$/.test(each)) ? { parameter, codings } : undefined;
}
