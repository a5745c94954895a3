export {
  DeliveryDesk,
  type DeliveryParts,
  WEBSOCKET_CHANNEL,
} from './delivery/delivery-desk.ts';
export { type EndpointPolicy, endpointProblem } from './delivery/endpoint-guard.ts';
export { type Socket, WebsocketDesk, type WebsocketParts } from './delivery/websocket-desk.ts';
export { SUBSCRIPTION_FAULTS, subscriptionFault } from './errors.ts';
export { guardedFetch } from './http/guarded-fetch.ts';
export { type HttpChannelParts, messageChannel, restHook } from './http/rest-hook.ts';
export { SUBSCRIPTION_LIMITS } from './limits.ts';
export { type Indexed, meetsCriteria, unanswerable } from './matching/meets-criteria.ts';
export { subscriptionsMigrations } from './migrations.ts';
export { isTopicResource } from './model/parse-topic.ts';
export type {
  Channel,
  ChannelType,
  ContentLevel,
  SubscriptionModel,
  SubscriptionProblem,
  SubscriptionStatus,
} from './model/subscription.ts';
export { isSignedBy, type SignedHeaders } from './notification/signature.ts';
export { type EventsRange, type OperationsParts, SubscriptionOperations } from './operations.ts';
export type {
  ChangedVersions,
  DueSubscriber,
  Focus,
  Message,
  Records,
  Send,
  SendOutcome,
  Subscriber,
} from './ports.ts';
export { listenForEvents } from './postgres/event-announcements.ts';
export { SubscriptionOwners, subscriptionOwners } from './postgres/subscription-owners.ts';
export { SubscriptionStore } from './postgres/subscription-store.ts';
export { type EmailParts, emailChannel } from './smtp/email.ts';
export { SubscriptionBook } from './subscription-book.ts';
export { type SubscriptionConsumerParts, subscriptionConsumer } from './subscription-consumer.ts';
