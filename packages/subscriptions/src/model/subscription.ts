import type { Interaction } from '@holdfast/events';
import type { Criterion, ResourceType } from '@holdfast/fhir';

/** How much of what happened a notification says (backport-payload-content). */
export type ContentLevel = 'empty' | 'id-only' | 'full-resource';

export type ChannelType = 'rest-hook' | 'websocket' | 'email' | 'message';

/** `requested`: to be shaken hands with. `error`: stopped until its client asks again. */
export type SubscriptionStatus = 'requested' | 'active' | 'error' | 'off';

export interface Channel {
  readonly type: ChannelType;
  /** URL of the receiver; null for a websocket, where the receiver connects. */
  readonly endpoint: string | null;
  /** MIME type of the body; null: a notification without one (R4 classic only). */
  readonly payload: string | null;
  /** Attach the Bundle to an e-mail instead of writing it in. */
  readonly attach: boolean;
  /** `Name: value` as the subscriber gave them. */
  readonly headers: readonly (readonly [string, string])[];
}

/** What makes a subscription due; a topic may have several. All parts that are there must hold. */
export interface Trigger {
  readonly type: ResourceType;
  readonly interactions: ReadonlySet<Interaction>;
  /** Of the version before; null: not asked. */
  readonly previous: readonly Criterion[] | null;
  /** Of the version the event tells of; null: not asked. */
  readonly current: readonly Criterion[] | null;
  /** What `previous` counts as where there was no version before. */
  readonly resultForCreate: boolean;
  /** What `current` counts as where the resource was deleted. */
  readonly resultForDelete: boolean;
  /** Both, or else either. */
  readonly requireBoth: boolean;
  readonly fhirPath: string | null;
}

/** A Subscription as this server carries it out. */
export interface SubscriptionModel {
  readonly id: string;
  /** Canonical of its topic; null for R4 criteria. */
  readonly topic: string | null;
  readonly triggers: readonly Trigger[];
  /** The subscriber's filters, for triggers of that type; null type: of any. */
  readonly filters: readonly {
    readonly type: ResourceType | null;
    readonly criteria: readonly Criterion[];
  }[];
  /** Search parameters of the focus whose targets come along, by type of focus. */
  readonly includes: readonly { readonly type: ResourceType; readonly param: string }[];
  readonly channel: Channel;
  readonly content: ContentLevel;
  readonly maxCount: number;
  /** Null: no heartbeats. */
  readonly heartbeatSeconds: number | null;
  readonly timeoutMs: number;
  /** Milliseconds since 1970; null: no end. */
  readonly endsAt: number | null;
  readonly status: SubscriptionStatus;
}

/** Why a Subscription or a topic was refused. */
export interface SubscriptionProblem {
  /** FHIRPath of the element. */
  readonly expression: string;
  readonly diagnostics: string;
}
