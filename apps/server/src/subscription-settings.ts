import type { SubscriptionSettings } from './config.ts';

/**
 * Reads where subscriptions may go: `HOLDFAST_TRUSTED_HOSTS` (names, by commas),
 * `HOLDFAST_SMTP_URL` and `HOLDFAST_MAIL_FROM`.
 */
export function readSubscriptionSettings(
  environment: Readonly<Record<string, string | undefined>>,
): SubscriptionSettings {
  const hosts = environment['HOLDFAST_TRUSTED_HOSTS'] ?? '';
  const url = environment['HOLDFAST_SMTP_URL'];
  const from = environment['HOLDFAST_MAIL_FROM'] ?? 'holdfast@localhost';
  return {
    trustedHosts: hosts.split(',').flatMap((each) => each.trim() || []),
    mail: url === undefined || url === '' ? undefined : { url, from },
  };
}
