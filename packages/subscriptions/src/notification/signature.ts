import { createHmac, timingSafeEqual } from 'node:crypto';

/** The headers of the Standard Webhooks scheme, by which a receiver knows who sent what, and when. */
export interface SignedHeaders {
  readonly 'webhook-id': string;
  /** Seconds since 1970. */
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/** The secret of one subscription: derived, so that none is stored. */
export function signingSecret(master: Uint8Array, tenant: number, subscription: string): Buffer {
  return createHmac('sha256', master).update(`subscription/${tenant}/${subscription}`).digest();
}

/** As receivers' libraries take it. */
export function printedSecret(secret: Buffer): string {
  return `whsec_${secret.toString('base64')}`;
}

export interface Signed {
  readonly id: string;
  readonly at: Date;
  readonly body: string;
}

export function signedHeaders(secret: Buffer, { id, at, body }: Signed): SignedHeaders {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const signature = createHmac('sha256', secret)
    .update(`${id}.${timestamp}.${body}`)
    .digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}

/** What a receiver does: checks the signature, and that it is not an old one sent again. */
export function isSignedBy(
  secret: Buffer,
  { headers, body }: { readonly headers: SignedHeaders; readonly body: string },
  tolerance: { readonly now: Date; readonly seconds: number },
): boolean {
  const sentAt = Number(headers['webhook-timestamp']) * 1_000;
  if (!(Math.abs(tolerance.now.getTime() - sentAt) <= tolerance.seconds * 1_000)) return false;
  const { 'webhook-signature': signature } = signedHeaders(secret, {
    id: headers['webhook-id'],
    at: new Date(sentAt),
    body,
  });
  const [given, due] = [headers['webhook-signature'], signature].map((text) => Buffer.from(text));
  return (
    given !== undefined &&
    due !== undefined &&
    given.length === due.length &&
    timingSafeEqual(given, due)
  );
}
