import type { EventId, Interaction, RecordedEvent } from '@holdfast/events';
import type { Criterion, JsonObject } from '@holdfast/fhir';
import type { TenantId } from '@holdfast/kernel';
import type { SubscriptionModel, SubscriptionStatus } from './model/subscription.ts';

/** Who subscribed, in the form the access decision takes; nothing here looks into it. */
export type Subscriber = JsonObject;

/** A version that a notification is about. */
export interface Focus {
  readonly tenant: TenantId;
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly interaction: Interaction;
  readonly eventId: EventId;
}

/** Resource contents as JSON text. */
export interface ChangedVersions {
  /** Null where there was none before. */
  readonly previous: string | null;
  /** Null where the resource was deleted. */
  readonly current: string | null;
}

/** A subscriber, and what of the focus its subscription looked at to find that it is due. */
export interface DueSubscriber {
  readonly subscriber: Subscriber;
  readonly criteria: readonly Criterion[];
  /** References that are followed to what comes along. */
  readonly includes: readonly string[];
  /** A FHIRPath expression looked at the focus: at anything. */
  readonly byExpression: boolean;
}

/** The record store and its access decisions; `apps/server` passes them in. */
export interface Records {
  /** Both versions, whoever asks: for matching only, nothing of it leaves without a decision. */
  versions(event: RecordedEvent): Promise<ChangedVersions>;
  /**
   * Which of the subscribers may have the focus as things stand, and may see what their subscriptions
   * look at; in their order.
   */
  mayReceive(focus: Focus, due: readonly DueSubscriber[]): Promise<readonly boolean[]>;
  /**
   * The focus for one subscriber, decided anew and recorded as released or refused.
   *
   * @returns null where it may not have it; `text` is null for a deletion
   */
  release(subscriber: Subscriber, focus: Focus): Promise<{ readonly text: string | null } | null>;
  /** Resources that come along, those the subscriber may have; recorded likewise. */
  releaseContext(
    subscriber: Subscriber,
    tenant: TenantId,
    names: readonly { readonly type: string; readonly id: string }[],
  ): Promise<readonly { readonly type: string; readonly id: string; readonly text: string }[]>;
  /** Writes the status into the Subscription resource, for whoever reads it. */
  publishStatus(
    name: { readonly tenant: TenantId; readonly id: string },
    status: SubscriptionStatus,
    error: string | null,
  ): Promise<void>;
}

/** What goes out. */
export interface Message {
  /** Unique; a receiver that sees it again may ignore it. */
  readonly id: string;
  /** A notification Bundle; null: without a body. */
  readonly bundle: string | null;
  /** R4 classic with a payload: the resource itself, put to the endpoint. */
  readonly resource: { readonly name: string; readonly text: string } | null;
}

export type SendOutcome =
  | { readonly kind: 'sent' }
  /** `reason` is for the operator's log, never for the subscriber. */
  | { readonly kind: 'failed'; readonly reason: string };

/** One channel's way out. Never rejects; `signal` ends it. */
export type Send = (
  to: { readonly tenant: TenantId; readonly subscription: SubscriptionModel },
  message: Message,
  signal: AbortSignal,
) => Promise<SendOutcome>;
