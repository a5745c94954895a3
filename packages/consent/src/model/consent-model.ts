import type { ResourceType } from '@holdfast/fhir';
import type { ConfidentialityCode } from '../labels/confidentiality.ts';
import type { UnenforceableConstruct } from './unenforceable.ts';

export type Effect = 'permit' | 'deny';

/** Milliseconds since 1970: `from` included, `until` excluded; infinite where unstated. */
export interface Interval {
  readonly from: number;
  readonly until: number;
}

/** A fact of the row or the request that a provision asks about but this engine does not have. */
export interface Unenforceable {
  readonly kind: 'unenforceable';
  readonly construct: UnenforceableConstruct;
}

/** One stated attribute: any of its values matches (OR), all stated attributes must (AND). */
export type Attribute<Value> =
  | { readonly kind: 'values'; readonly values: readonly Value[] }
  | Unenforceable;

export type Label =
  | { readonly family: 'confidentiality'; readonly code: ConfidentialityCode }
  | { readonly family: 'sensitivity'; readonly code: string };

/** R4 consentaction. */
export type ConsentAction = 'collect' | 'access' | 'use' | 'disclose' | 'correct';

/** A19: what an R4 `class` names, by its system; `coding` is `system|code` of a category or type. */
export type ClassValue =
  | { readonly kind: 'type'; readonly type: ResourceType }
  | { readonly kind: 'profile'; readonly url: string }
  | { readonly kind: 'coding'; readonly coding: string };

/**
 * Data named by its tie to a resource, `Type/id`: the resource itself, what refers to it (R4
 * `related` and `dependents`, the resource itself included), or what it authored.
 */
export interface DataReference {
  readonly meaning: 'instance' | 'related' | 'authoredby';
  readonly reference: string;
}

/** `never`: the period was over before the consent was made, so it was never in force (A10). */
export type NestedPeriod = ({ readonly kind: 'interval' } & Interval) | { readonly kind: 'never' };

/** What one provision states. An absent attribute is inherited (A3). */
export interface Conditions {
  readonly period?: NestedPeriod | Unenforceable;
  readonly actor?: Attribute<string>;
  readonly action?: Attribute<ConsentAction>;
  readonly label?: Attribute<Label>;
  readonly purpose?: Attribute<string>;
  readonly class?: Attribute<ClassValue>;
  /** R5 `documentType`: a second class, to match as well. */
  readonly document?: Attribute<ClassValue>;
  readonly data?: Attribute<DataReference>;
  /** `system|code`, found anywhere in the content. */
  readonly code?: Attribute<string>;
  /** Clinical time of the data: all of it inside for a permit, some of it for a deny. */
  readonly dataPeriod?: ({ readonly kind: 'interval' } & Interval) | Unenforceable;
  readonly modifier?: Unenforceable;
}

export interface Provision {
  /** FHIRPath below Consent, e.g. `provision.provision[1]`. */
  readonly path: string;
  /** Stated, else the negation of the parent's; for the root see A1. */
  readonly effect: Effect;
  readonly stated: Conditions;
  readonly children: readonly Provision[];
}

/** What a reader of the consent should know: the ambiguity rule at work, and where. */
export interface Finding {
  /** `A1`..`A21`, or `limit`, `status`, `scope`. */
  readonly rule: string;
  /** `unenforceable`: denies within its stated scope. `beyond-limits`: refused on write (A5). */
  readonly severity: 'warning' | 'unenforceable' | 'beyond-limits';
  readonly path: string;
  readonly text: string;
}

/** A FHIR R4 Consent, normalised. */
export interface ConsentModel {
  readonly id: string;
  readonly version: number;
  readonly active: boolean;
  /** `other` scopes (advance directives, treatment) say nothing about access and are not evaluated. */
  readonly scope: 'privacy' | 'research' | 'other';
  readonly dateTime: number | undefined;
  /** A13: controller, policy, category and grantor; undefined where they cannot be compared. */
  readonly lineage: string | undefined;
  readonly period: Interval;
  /** A1: nothing in it can be relied on, so every provision denies within its scope. */
  readonly unenforceable: boolean;
  readonly root: Provision;
  readonly findings: readonly Finding[];
}
