import { describe, expect, it } from 'vitest';
import { editDistance } from './edit-distance.ts';
import { KNOWN_SETTINGS } from './known-settings.ts';
import { refuseUnknownSettings } from './refuse-unknown-settings.ts';

describe('a setting', () => {
  it.each([
    ['HOLDFAST_VALIDATON', 'HOLDFAST_VALIDATION'],
    ['HOLDFAST_OIDC_ISUER', 'HOLDFAST_OIDC_ISSUER'],
    ['HOLDFAST_REFERENCE', 'HOLDFAST_REFERENCES'],
    ['HOLDFAST_DATABASE', 'HOLDFAST_DATA'],
    ['HOLDFAST_', 'HOLDFAST_'],
  ])('%s that there is not is refused, naming %s', (name, nearest) => {
    expect(() => refuseUnknownSettings({ [name]: '' })).toThrow(
      new RegExp(`no setting ${name}\\. The nearest is ${nearest}`),
    );
  });

  it('that there is, or that is not ours, is taken', () => {
    const names = [
      ...KNOWN_SETTINGS,
      'HOLDFAST_WORKER',
      'HOLD_FAST',
      'PORT',
      // A Service called holdfast, one called holdfast-nats, and what is linked to them.
      'HOLDFAST_SERVICE_HOST',
      'HOLDFAST_SERVICE_PORT_HTTP',
      'HOLDFAST_PORT',
      'HOLDFAST_PORT_8080_TCP_ADDR',
      'HOLDFAST_NATS_PORT_4222_TCP',
    ];
    expect(() =>
      refuseUnknownSettings(Object.fromEntries(names.map((name) => [name, 'x']))),
    ).not.toThrow();
  });
});

describe('the distance of two texts', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['abc', 'abc', 0],
    ['kitten', 'sitting', 3],
    ['abc', 'acb', 2],
  ])('%j and %j is %i', (one, other, distance) => {
    expect(editDistance(one, other)).toBe(distance);
    expect(editDistance(other, one)).toBe(distance);
  });
});
