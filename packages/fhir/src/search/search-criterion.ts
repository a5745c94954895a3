import type { ResourceType } from '../resource-types.ts';
import type {
  CompositeValue,
  DateValue,
  NearValue,
  NumberValue,
  QuantityValue,
  ReferenceValue,
  StringValue,
  TokenValue,
} from './criterion-values.ts';
import type { SearchKind } from './search-parameter.ts';

/** Index rows of one parameter: the kind of table and the `param` they are filed under. */
export interface RowsOf {
  readonly kind: Exclude<SearchKind, 'id' | 'lastUpdated' | 'phonetic'>;
  readonly param: string;
}

/**
 * One condition of a search. Its values are alternatives; a resource meets it if one of its index
 * rows (`IndexEntries`) under `param` matches one value. `param` may be a derived one such as
 * `identifier:of-type`, `subject:identifier` or `code:text`: see `IndexEntries`.
 */
export type Criterion =
  | {
      readonly kind: 'token';
      readonly param: string;
      /** `not`: no row matches any value; a resource without rows meets it. */
      readonly modifier?: 'not';
      readonly values: readonly TokenValue[];
    }
  | {
      readonly kind: 'string';
      readonly param: string;
      /** Absent: the row's `folded` starts with the value's. */
      readonly modifier?: 'exact' | 'contains';
      readonly values: readonly StringValue[];
    }
  | { readonly kind: 'date'; readonly param: string; readonly values: readonly DateValue[] }
  | {
      readonly kind: 'reference';
      readonly param: string;
      readonly values: readonly ReferenceValue[];
    }
  | { readonly kind: 'number'; readonly param: string; readonly values: readonly NumberValue[] }
  | { readonly kind: 'quantity'; readonly param: string; readonly values: readonly QuantityValue[] }
  | {
      readonly kind: 'uri';
      readonly param: string;
      /**
       * `below`: the row equals the value or goes on after it with `/` (values end in no `/`).
       * `:above` comes as plain values, one for each shorter path.
       */
      readonly modifier?: 'below';
      readonly values: readonly string[];
    }
  | {
      readonly kind: 'composite';
      readonly param: string;
      readonly values: readonly CompositeValue[];
    }
  | { readonly kind: 'near'; readonly param: string; readonly values: readonly NearValue[] }
  | {
      readonly kind: 'id';
      readonly param: '_id';
      readonly modifier?: 'not';
      readonly values: readonly string[];
    }
  | {
      readonly kind: 'lastUpdated';
      readonly param: '_lastUpdated';
      readonly values: readonly DateValue[];
    }
  /**
   * Care in `[start, end)`, ms since 1970: the main date's range touches it. A resource without one,
   * which is about no time in particular, meets it.
   */
  | { readonly kind: 'careDates'; readonly start: number; readonly end: number }
  /** `param:missing=true|false`: none (or one) of the rows listed; no rows listed = never missing. */
  | {
      readonly kind: 'missing';
      readonly param: string;
      readonly rows: readonly RowsOf[];
      readonly missing: boolean;
    }
  | LinkCriterion
  | TerminologyCriterion;

/** Conditions on other resources, reached through local references only. */
export type LinkCriterion =
  /** `subject:Patient.name=x`: a reference under `param` leads to a resource that meets one target's. */
  | {
      readonly kind: 'chain';
      readonly param: string;
      readonly targets: readonly ChainTarget[];
    }
  /** `_has:Observation:patient:code=x`: a resource of `type` that meets `criterion` points here. */
  | {
      readonly kind: 'has';
      readonly type: ResourceType;
      readonly param: string;
      readonly criterion: Criterion;
    }
  /** The resource lies in the compartment; `compartmentParameters(compartment, type)` says how. */
  | {
      readonly kind: 'compartment';
      readonly compartment: CompartmentType;
      readonly id: string;
    };

export interface ChainTarget {
  readonly type: ResourceType;
  readonly criterion: Criterion;
}

export type CompartmentType = 'Patient' | 'Encounter' | 'Practitioner' | 'RelatedPerson' | 'Device';

/** Needs code systems: `expandTerminology` turns it into a token criterion before a store sees it. */
export type TerminologyCriterion =
  | {
      readonly kind: 'valueSet';
      readonly param: string;
      readonly modifier: 'in' | 'not-in';
      /** Canonical URLs. */
      readonly values: readonly string[];
    }
  | {
      readonly kind: 'subsumption';
      readonly param: string;
      readonly modifier: 'above' | 'below';
      readonly values: readonly CodeOfSystem[];
    };

export interface CodeOfSystem {
  readonly system: string;
  readonly code: string;
}
