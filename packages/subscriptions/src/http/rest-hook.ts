import type { Clock } from '@holdfast/kernel';
import type { EndpointPolicy } from '../delivery/endpoint-guard.ts';
import { signedHeaders, signingSecret } from '../notification/signature.ts';
import type { Send } from '../ports.ts';
import { guardedRequest } from './guarded-request.ts';

export interface HttpChannelParts {
  readonly policy: EndpointPolicy;
  /** From which every subscription's signing secret is derived. */
  readonly master: Uint8Array;
  readonly clock: Clock;
}

const FHIR_JSON = 'application/fhir+json';

/**
 * The channel rest-hook: a notification is posted; R4 without a topic puts the resource, or posts
 * nothing (https://hl7.org/fhir/R4/subscription.html). Signed by the Standard Webhooks scheme.
 */
export function restHook({ policy, master, clock }: HttpChannelParts): Send {
  return ({ tenant, subscription }, { id, bundle, resource }, signal) => {
    const { channel, timeoutMs } = subscription;
    const endpoint = channel.endpoint ?? '';
    const body = bundle ?? resource?.text ?? '';
    const secret = signingSecret(master, tenant, subscription.id);
    return guardedRequest(
      {
        method: resource === null ? 'POST' : 'PUT',
        url: resource === null ? endpoint : `${endpoint.replace(/\/$/, '')}/${resource.name}`,
        headers: {
          ...Object.fromEntries(channel.headers),
          ...(body !== '' && { 'content-type': channel.payload ?? FHIR_JSON }),
          ...signedHeaders(secret, { id, at: clock.now(), body }),
        },
        body: body === '' ? null : body,
        timeoutMs,
      },
      policy,
      signal,
    );
  };
}

/**
 * The channel message: the notification as the content of a FHIR message
 * (https://hl7.org/fhir/R4/messaging.html), to `$process-message` of the endpoint.
 */
export function messageChannel(parts: HttpChannelParts & { readonly base: () => string }): Send {
  const post = restHook(parts);
  return (to, message, signal) => {
    const { channel } = to.subscription;
    const endpoint = `${(channel.endpoint ?? '').replace(/\/$/, '')}/$process-message`;
    const content = message.bundle ?? message.resource?.text ?? null;
    const subscription = { ...to.subscription, channel: { ...channel, endpoint } };
    const bundle = messageBundle(message.id, content, parts);
    return post({ ...to, subscription }, { ...message, bundle, resource: null }, signal);
  };
}

/** Not a constant of the R4 core: the event a receiver tells notifications by. */
const NOTIFICATION_EVENT = 'http://hl7.org/fhir/uv/subscriptions-backport/notification';

function messageBundle(
  id: string,
  content: string | null,
  { base, clock }: { readonly base: () => string; readonly clock: Clock },
): string {
  const focus = `urn:uuid:${id}`;
  const header = {
    fullUrl: `${base()}MessageHeader/${id}`,
    resource: {
      resourceType: 'MessageHeader',
      id,
      eventUri: NOTIFICATION_EVENT,
      source: { endpoint: base() },
      ...(content !== null && { focus: [{ reference: focus }] }),
    },
  };
  const entries = [JSON.stringify(header)];
  if (content !== null) entries.push(`{"fullUrl":"${focus}","resource":${content}}`);
  return `{"resourceType":"Bundle","type":"message","timestamp":"${clock.now().toISOString()}",\
"entry":[${entries.join(',')}]}`;
}
