import { BlockList, isIP } from 'node:net';
import type { ChannelType } from '../model/subscription.ts';

/**
 * Networks that are never a subscriber's: this machine, private and carrier networks, link-local
 * (cloud metadata), documentation, multicast and reserved ranges (RFC 6890).
 */
const INTERNAL = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  INTERNAL.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 128],
  ['::1', 128],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  INTERNAL.addSubnet(network, prefix, 'ipv6');
}

/** Whether an address must not be connected to; an IPv4 address in IPv6 clothes counts as itself. */
export function isInternalAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return true;
  if (family === 4) return INTERNAL.check(address, 'ipv4');
  const mapped = /^::(?:ffff:(?:0:)?)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return INTERNAL.check(mapped, 'ipv4');
  // `::ffff:7f00:1` and its like: BlockList sees the mapped IPv4 address only when asked.
  if (/^::ffff:/i.test(address))
    return INTERNAL.check(address, 'ipv6') || isMappedInternal(address);
  return INTERNAL.check(address, 'ipv6');
}

function isMappedInternal(address: string): boolean {
  const groups = address.slice('::ffff:'.length).split(':');
  if (groups.length !== 2) return true;
  const [high = 0, low = 0] = groups.map((group) => Number.parseInt(group, 16));
  return INTERNAL.check(`${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`, 'ipv4');
}

/** What an installation allows beside the public internet over TLS. */
export interface EndpointPolicy {
  /** Host names that may be internal or plain HTTP, e.g. an integration engine next door. */
  readonly trustedHosts: ReadonlySet<string>;
}

/**
 * What is wrong with an endpoint as written; null where nothing is. Its addresses are judged when it
 * is connected to, and again at every connection: a name may come to mean another machine.
 */
export function endpointProblem(
  type: ChannelType,
  endpoint: string | null,
  policy: EndpointPolicy,
): string | null {
  if (type === 'websocket') return null;
  if (endpoint === null) return 'This channel needs an endpoint.';
  if (type === 'email') {
    return /^mailto:[^\s@?,;]+@[^\s@?,;]+\.[^\s@?,;]+$/i.test(endpoint)
      ? null
      : 'The endpoint of an e-mail is one address, as mailto:name@example.org.';
  }
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch {
    return 'The endpoint is no absolute URL.';
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.username !== '' || url.password !== '') return 'The endpoint carries a password.';
  if (policy.trustedHosts.has(host)) {
    return /^https?:$/.test(url.protocol) ? null : 'The endpoint is http or https.';
  }
  if (url.protocol !== 'https:') {
    return 'Health data leaves over https only, but to HOLDFAST_TRUSTED_HOSTS of the server.';
  }
  if (isIP(host) !== 0 && isInternalAddress(host)) return 'The endpoint is an internal address.';
  if (!host.includes('.') && isIP(host) === 0) return 'The endpoint is no public host name.';
  if (/\.(localhost|local|internal|home\.arpa)$/i.test(host)) {
    return 'The endpoint is no public host name.';
  }
  return null;
}
