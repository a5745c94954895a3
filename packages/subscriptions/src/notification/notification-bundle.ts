import type { Interaction } from '@holdfast/events';
import type { JsonObject } from '@holdfast/fhir';
import { BACKPORT } from '../model/extension.ts';
import type { ContentLevel } from '../model/subscription.ts';
import { type StatusFacts, statusParameters } from './status-parameters.ts';

/** A resource that goes along with a notification. */
export interface SentResource {
  /** Absolute URL. */
  readonly url: string;
  /** `Type/id`. */
  readonly name: string;
  /** How it came to be; `read` for what is only context. */
  readonly interaction: Interaction | 'read';
  /** JSON; null where it was deleted, or may not be shown. */
  readonly text: string | null;
}

export interface NotificationParts {
  /** A fresh UUID. */
  readonly id: string;
  readonly at: Date;
  readonly status: StatusFacts;
  readonly resources: readonly SentResource[];
}

/**
 * A notification as R4 Bundle of type `history` (backport-subscription-notification-r4): the status
 * first, each entry with the request and response that bdl-3 and bdl-4 ask for. Resources are
 * spliced in as the text they are stored as.
 */
export function notificationBundle({ id, at, status, resources }: NotificationParts): string {
  const first = {
    fullUrl: `urn:uuid:${id}`,
    resource: statusParameters(status, id),
    request: { method: 'GET', url: `${status.subscription}/$status` },
    response: { status: '200' },
  };
  const rest = status.content === 'empty' ? [] : distinct(resources);
  const entries = [
    JSON.stringify(first),
    ...rest.map((resource) => entryOf(resource, status.content)),
  ];
  const profile = `${BACKPORT}/backport-subscription-notification-r4`;
  return `{"resourceType":"Bundle","id":"${id}","meta":{"profile":["${profile}"]},\
"type":"history","timestamp":"${at.toISOString()}","entry":[${entries.join(',')}]}`;
}

const REQUESTS: Readonly<
  Record<SentResource['interaction'], readonly [method: string, status: string]>
> = {
  create: ['POST', '201'],
  update: ['PUT', '200'],
  delete: ['DELETE', '204'],
  read: ['GET', '200'],
};

function entryOf({ url, name, interaction, text }: SentResource, content: ContentLevel): string {
  const [method, status] = REQUESTS[interaction];
  const [type = ''] = name.split('/');
  const request = { method, url: interaction === 'create' ? type : name };
  const body: JsonObject = { request, response: { status } };
  const resource = content === 'full-resource' && text !== null ? `"resource":${text},` : '';
  return `{"fullUrl":${JSON.stringify(url)},${resource}${JSON.stringify(body).slice(1)}`;
}

/** One entry a resource: the last one says how it is now. */
function distinct(resources: readonly SentResource[]): SentResource[] {
  return [...new Map(resources.map((each) => [each.url, each])).values()];
}
