import type { Resource, ResourceType, SearchQuery, WrittenNumbers } from '@holdfast/fhir';
import type { StoredVersion } from './stored-row.ts';
import type { Change } from './write-plan.ts';

export type Identified = Resource & { readonly id: string };

/** A resource to store. Its content is completed with `meta` when its version is known. */
export interface Content {
  readonly resource: Identified;
  /** Its numbers as the sender wrote them; absent or null where JavaScript writes them the same. */
  readonly numbers?: WrittenNumbers;
}

/** What a caller wants written. */
export type WriteIntent = Wish & {
  /** FHIRPath of where it stands in what was sent, e.g. `Bundle.entry[3]`: refusals name it. */
  readonly at?: string;
};

type Wish =
  | (Content & {
      readonly kind: 'create';
      /** If-None-Exist: a resource that matches is the answer, and nothing is written. */
      readonly unless?: SearchQuery;
    })
  | (Content & {
      readonly kind: 'put';
      /** Version of If-Match. */
      readonly ifMatch?: number | undefined;
      /** If-None-Match: * */
      readonly ifAbsent?: boolean;
      /** A conditional update that matched nothing: it may not overwrite what has its id. */
      readonly unmatched?: boolean;
    })
  | (Content & {
      /** PUT Type?criteria */
      readonly kind: 'put-matching';
      readonly matching: SearchQuery;
      /** The id came with the resource; else it was assigned for the case that nothing matches. */
      readonly ownId: boolean;
      readonly ifMatch?: number | undefined;
    })
  | {
      readonly kind: 'delete';
      readonly type: ResourceType;
      readonly id: string;
      readonly ifMatch?: number | undefined;
    }
  | {
      /** DELETE Type?criteria: one match at most. */
      readonly kind: 'delete-matching';
      readonly matching: SearchQuery;
      readonly ifMatch?: number | undefined;
    }
  | {
      readonly kind: 'patch';
      readonly type: ResourceType;
      readonly id: string;
      /** The current content patched; throws what the caller shall be told. */
      readonly edit: (content: string) => Content;
      readonly ifMatch?: number | undefined;
    }
  | {
      /** PATCH Type?criteria */
      readonly kind: 'patch-matching';
      readonly matching: SearchQuery;
      readonly edit: (content: string) => Content;
      readonly ifMatch?: number | undefined;
    };

/** What became of an intent. */
export type WriteOutcome =
  | { readonly kind: 'written'; readonly change: Change }
  /** If-None-Exist found it. */
  | { readonly kind: 'found'; readonly version: StoredVersion }
  /** There was nothing to delete, or it was deleted before. */
  | { readonly kind: 'nothing' };

/** A reference by search in the resources of a bundle, to be resolved to exactly one resource. */
export interface SearchedReference {
  /** As the resources hold it, e.g. `Practitioner?identifier=system|value`. */
  readonly reference: string;
  readonly query: SearchQuery;
  /** FHIRPath of the places that hold it, for the refusal. */
  readonly expression: readonly string[];
}

/** An intent whose condition is settled: it names the one resource it is about. */
export type SettledIntent =
  | Extract<WriteIntent, { readonly kind: 'put' | 'delete' | 'patch' }>
  | (Content & { readonly kind: 'create' })
  | { readonly kind: 'found'; readonly version: StoredVersion }
  | { readonly kind: 'nothing' };

/** `Type/id` of what a settled intent changes; undefined where it changes nothing. */
export function targetOf(
  intent: SettledIntent,
): { readonly type: ResourceType; readonly id: string } | undefined {
  switch (intent.kind) {
    case 'found':
    case 'nothing':
      return undefined;
    case 'delete':
    case 'patch':
      return intent;
    default:
      return { type: intent.resource.resourceType, id: intent.resource.id };
  }
}

/** The search that an intent depends on; undefined for a plain one. */
export function conditionOf(intent: WriteIntent): SearchQuery | undefined {
  switch (intent.kind) {
    case 'create':
      return intent.unless;
    case 'put-matching':
    case 'delete-matching':
    case 'patch-matching':
      return intent.matching;
    default:
      return undefined;
  }
}
