import { describe, expect, it } from 'vitest';
import { readBrokerSettings } from './broker-settings.ts';

describe('settings of the broker', () => {
  it('are absent where no server is named', () => {
    expect(readBrokerSettings({})).toEqual({ ok: true, value: undefined });
    expect(readBrokerSettings({ HOLDFAST_NATS_URL: ' , ' }).ok).toBe(true);
  });

  it('keep three copies where three servers are named, and thirty days', () => {
    const three = readBrokerSettings({
      HOLDFAST_NATS_URL: 'nats://a:4222, tls://b:4222,nats://c:4222',
    });
    expect(three).toMatchObject({ value: { replicas: 3, keepDays: 30 } });
    const one = readBrokerSettings({
      HOLDFAST_NATS_URL: 'nats://a:4222',
      HOLDFAST_NATS_KEEP_DAYS: '0',
      HOLDFAST_NATS_CREDENTIALS: '/etc/holdfast/nats.creds',
    });
    expect(one).toMatchObject({
      value: { replicas: 1, keepDays: 0, credentialsFile: '/etc/holdfast/nats.creds' },
    });
  });

  it.each([
    ['HOLDFAST_NATS_URL', 'broker.internal'],
    ['HOLDFAST_NATS_REPLICAS', '2'],
    ['HOLDFAST_NATS_KEEP_DAYS', 'a month'],
  ])('name %s where it does not take %s', (name, value) => {
    const read = readBrokerSettings({ HOLDFAST_NATS_URL: 'nats://a:4222', [name]: value });
    expect(!read.ok && read.error).toContain(name);
  });
});
