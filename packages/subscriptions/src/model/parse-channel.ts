import type { JsonObject } from '@holdfast/fhir';
import { type EndpointPolicy, endpointProblem } from '../delivery/endpoint-guard.ts';
import { SUBSCRIPTION_LIMITS } from '../limits.ts';
import { extensionText, extensionValue, textOf } from './extension.ts';
import type { Channel, ChannelType, SubscriptionProblem } from './subscription.ts';

const TYPES: readonly string[] = ['rest-hook', 'websocket', 'email', 'message'];
const JSON_TYPES: ReadonlySet<string> = new Set(['application/fhir+json', 'application/json']);

/** Set by the client of HTTP itself, or worth a secret: a subscriber may not name them. */
const FORBIDDEN_HEADERS =
  /^(host|content-.*|transfer-encoding|connection|te|upgrade|expect|cookie|proxy-.*|webhook-.*)$/i;

/** Reads `Subscription.channel`; null where there is nothing to send to. */
export function parseChannel(
  channel: JsonObject,
  { topical, endpoints }: { readonly topical: boolean; readonly endpoints: EndpointPolicy },
  problems: SubscriptionProblem[],
): Channel | null {
  const refuse = (element: string, diagnostics: string): null => {
    problems.push({ expression: `Subscription.channel.${element}`, diagnostics });
    return null;
  };
  const custom = extensionValue(channel['_type'], 'backport-channel-type');
  const type = textOf(channel['type']);
  if (custom !== undefined || !TYPES.includes(type)) {
    return refuse('type', 'Channels are rest-hook, websocket, email and message.');
  }
  const endpoint = typeof channel['endpoint'] === 'string' ? channel['endpoint'] : null;
  const wrong = endpointProblem(type as ChannelType, endpoint, endpoints); // membership was just checked
  if (wrong !== null) refuse('endpoint', wrong);
  const written = typeof channel['payload'] === 'string' ? channel['payload'] : null;
  const [mime = '', ...parameters] = (written ?? '').split(';').map((part) => part.trim());
  const isMail = type === 'email';
  if (written === null && topical) refuse('payload', 'Topic-based subscriptions have a payload.');
  if (written !== null && !JSON_TYPES.has(mime) && !(isMail && mime.startsWith('text/'))) {
    refuse('payload', 'Payloads are application/fhir+json; an e-mail may be text/plain.');
  }
  if (parameters.some((each) => /^fhirVersion=(?!4\.0)/i.test(each))) {
    refuse('payload', 'This server sends FHIR 4.0.');
  }
  const level = extensionText(channel['_payload'], 'backport-payload-content');
  if (topical && !['empty', 'id-only', 'full-resource'].includes(level ?? '')) {
    refuse('payload.extension', 'The payload content is empty, id-only or full-resource.');
  }
  if (isMail && level === 'full-resource') {
    refuse('payload.extension', 'Mail is not private: it carries empty or id-only notifications.');
  }
  return {
    type: type as ChannelType, // membership was checked above
    endpoint,
    payload: written === null ? null : mime,
    attach: parameters.some((each) => each.startsWith('attach=')),
    headers: headersOf(channel, refuse),
  };
}

function headersOf(
  channel: JsonObject,
  refuse: (element: string, diagnostics: string) => null,
): Channel['headers'] {
  const lines = Array.isArray(channel['header']) ? channel['header'].map(textOf) : [];
  const { headers, headerCharacters } = SUBSCRIPTION_LIMITS;
  if (lines.length > headers) refuse('header', `At most ${headers} headers.`);
  return lines.slice(0, headers).flatMap((line) => {
    const match = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+):[ \t]*([\x20-\x7e\t]*)$/.exec(line);
    const [, name, value] = match ?? [];
    if (name === undefined || value === undefined || line.length > headerCharacters) {
      refuse('header', 'A header is written Name: value in printable ASCII.');
      return [];
    }
    if (FORBIDDEN_HEADERS.test(name)) {
      refuse('header', `${name} is set by this server.`);
      return [];
    }
    return [[name, value] as const];
  });
}
