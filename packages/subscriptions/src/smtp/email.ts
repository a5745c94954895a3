import { createTransport } from 'nodemailer';
import type { Send } from '../ports.ts';

export interface EmailParts {
  /** `smtp://user:password@host:port` or `smtps://`. */
  readonly url: string;
  /** Address of the sender. */
  readonly from: string;
}

/** The channel email: the notification in the body, or attached where its subscriber asks for that. */
export function emailChannel({ url, from }: EmailParts): Send {
  const transport = createTransport(url, { from });
  return async ({ subscription }, { id, bundle, resource }) => {
    const { channel } = subscription;
    const to = (channel.endpoint ?? '').replace(/^mailto:/i, '');
    const json = bundle ?? resource?.text ?? null;
    const asText = channel.payload?.startsWith('text/') !== false || json === null;
    const note = 'There is news for your subscription. Sign in to see it.';
    try {
      await transport.sendMail({
        to,
        subject: 'FHIR subscription notification',
        messageId: `<${id}@holdfast>`,
        text: asText || channel.attach ? note : json,
        ...(channel.attach &&
          json !== null && {
            attachments: [
              {
                filename: 'notification.json',
                content: json,
                contentType: 'application/fhir+json',
              },
            ],
          }),
      });
      return { kind: 'sent' };
    } catch (error) {
      return { kind: 'failed', reason: error instanceof Error ? error.name : 'unknown' };
    }
  };
}
