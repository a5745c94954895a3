import type { ResourceType } from '@holdfast/fhir';
import type { Trigger } from './subscription.ts';

/** A SubscriptionTopic in the R5 model, whatever form it arrived in. */
export interface Topic {
  /** Canonical without version. */
  readonly url: string;
  readonly triggers: readonly Trigger[];
  /** What subscribers may filter by; null type: of any trigger. */
  readonly canFilterBy: readonly {
    readonly type: ResourceType | null;
    readonly param: string;
  }[];
  readonly includes: readonly { readonly type: ResourceType; readonly param: string }[];
  /** Parts of its notification shape that are not carried out, as written. */
  readonly ignored: readonly string[];
}
