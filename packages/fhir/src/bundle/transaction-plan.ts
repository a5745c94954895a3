import type { Issue } from '../issue.ts';
import type { WrittenNumbers } from '../json-numbers.ts';
import type { Resource } from '../resource.ts';
import type { ResourceType } from '../resource-types.ts';

interface Placed {
  /** Position in the bundle as sent: the response keeps that order. */
  readonly index: number;
  readonly type: ResourceType;
}

export type PlannedEntry =
  | (Placed & {
      readonly method: 'create';
      /**
       * Assigned here. If `ifNoneExist` finds a resource, its id replaces this one by
       * `settleReferences`.
       */
      readonly id: string;
      /** Carries `id`; references to other entries are already `Type/id`. */
      readonly resource: Resource;
      /** The resource's numbers as sent. */
      readonly numbers: WrittenNumbers;
      /** Search on `type`, without `?`. */
      readonly ifNoneExist?: string;
    })
  | (Placed & {
      readonly method: 'update';
      /** As in the URL; assigned here where `criteria` stands. */
      readonly id: string;
      readonly resource: Resource;
      readonly numbers: WrittenNumbers;
      /** Conditional update: search on `type`, without `?`. */
      readonly criteria?: string;
      /** With `criteria`: the id came with the resource. */
      readonly ownId?: boolean;
      /** Version that must be current. */
      readonly ifMatch?: string;
      /** If-None-Match: * */
      readonly ifAbsent?: boolean;
    })
  | (Placed & {
      readonly method: 'patch';
      /** Exactly one of `id` and `criteria` stands. */
      readonly id?: string;
      readonly criteria?: string;
      readonly ifMatch?: string;
      /** A Binary that holds a JSON Patch, or the Parameters of a FHIRPath Patch. */
      readonly patch: Resource;
    })
  | (Placed & {
      readonly method: 'delete';
      readonly id: string;
      readonly ifMatch?: string;
    })
  | (Placed & {
      readonly method: 'delete-matching';
      readonly criteria: string;
      readonly ifMatch?: string;
    })
  | (Placed & {
      readonly method: 'read';
      /** Absent for a search on the type. */
      readonly id?: string;
      readonly version?: string;
      readonly history: boolean;
      /** What stands after `?`. */
      readonly query: string;
      readonly ifNoneMatch?: string;
      readonly ifModifiedSince?: string;
      /** HEAD: status and headers only. */
      readonly headersOnly: boolean;
    })
  /** Only in a batch, where entries stand alone: the others go ahead. */
  | { readonly method: 'refused'; readonly index: number; readonly issues: readonly Issue[] };

/** A reference by search that the store resolves to exactly one resource before it writes. */
export interface ConditionalReference {
  /** As written, e.g. `Practitioner?identifier=system|value`: the key for `settleReferences`. */
  readonly reference: string;
  readonly type: ResourceType;
  readonly query: string;
  /** Entries whose resources hold it. */
  readonly entries: readonly number[];
}

export interface TransactionPlan {
  readonly kind: 'transaction' | 'batch';
  /** In the order FHIR prescribes: deletes, creates, updates, reads; bundle order within each. */
  readonly entries: readonly PlannedEntry[];
  readonly conditionalReferences: readonly ConditionalReference[];
}
