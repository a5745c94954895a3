import { describe, expect, it } from 'vitest';
import { endpointProblem, isInternalAddress } from './endpoint-guard.ts';

const policy = { trustedHosts: new Set(['engine.clinic', '127.0.0.1']) };

describe('endpoints', () => {
  it.each([
    'http://receiver.example/in',
    'https://127.0.0.2/in',
    'https://[::1]/in',
    'https://[::ffff:10.0.0.1]/in',
    'https://169.254.169.254/latest/meta-data',
    'https://0x0a000001/',
    'https://2130706434/in',
    'https://localhost/in',
    'https://db/in',
    'https://printer.local/in',
    'https://user:secret@receiver.example/in',
    'file:///etc/passwd',
    'not a url',
  ])('SUB-5 refuses %s', (endpoint) => {
    expect(endpointProblem('rest-hook', endpoint, policy)).not.toBeNull();
  });

  it.each([
    'https://receiver.example/in',
    'https://93.184.216.34/in',
    'http://engine.clinic/in',
    'http://127.0.0.1:9/',
  ])('allows %s', (endpoint) => {
    expect(endpointProblem('rest-hook', endpoint, policy)).toBeNull();
  });

  it('SUB-5 knows internal addresses in every spelling', () => {
    const internal = ['10.1.2.3', '172.31.0.1', '192.168.1.1', '100.64.0.1', '0.0.0.0', '::'];
    const spelt = ['::1', 'fe80::1', 'fd00::1', '::ffff:7f00:1', '::ffff:192.168.0.1', 'x'];
    for (const each of [...internal, ...spelt]) expect(isInternalAddress(each), each).toBe(true);
    for (const each of ['8.8.8.8', '172.32.0.1', '2606:4700::1111', '::ffff:808:808']) {
      expect(isInternalAddress(each), each).toBe(false);
    }
  });

  it('an e-mail goes to one address, and a websocket needs none', () => {
    expect(endpointProblem('email', 'mailto:a@b.example', policy)).toBeNull();
    for (const bad of [
      'mailto:a@b.example,c@d.example',
      'a@b.example',
      'mailto:a@b.example?cc=x',
    ]) {
      expect(endpointProblem('email', bad, policy), bad).not.toBeNull();
    }
    expect(endpointProblem('websocket', null, policy)).toBeNull();
    expect(endpointProblem('rest-hook', null, policy)).not.toBeNull();
  });
});
