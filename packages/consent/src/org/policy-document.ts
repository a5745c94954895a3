import type { PolicyDomain, Rulebook } from '../rulebook.ts';
import type { OrgRule } from './access-policy.ts';

/**
 * An organisation's access policy as it is written, stored and reviewed: JSON, whole, immutable once
 * stored. Law is no part of it.
 */
export interface PolicyDocument {
  readonly title: string;
  readonly domain: PolicyDomain;
  readonly rules: readonly OrgRule[];
}

/** What is wrong with a document, or what its author should know. */
export interface PolicyFinding {
  readonly severity: 'error' | 'warning';
  /** Place in the document, e.g. `rules[3].roles[0]`. */
  readonly path: string;
  /** What is the matter, and what would mend it. */
  readonly text: string;
}

/** What decisions call a stored policy. */
export const policyName = (version: number): string => `policy-${version}`;

/** The rules a document amounts to, under the name that decisions quote as evidence. */
export const rulebookOf = (
  { domain, rules }: PolicyDocument,
  law: Rulebook['law'],
  version: string,
): Rulebook => ({ law, domain, policy: { version, rules } });
