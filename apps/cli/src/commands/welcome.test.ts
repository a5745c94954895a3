import { describe, expect, it } from 'vitest';
import { welcome } from './welcome.ts';

const url = 'http://127.0.0.1:8080';

describe('what is said after the start', () => {
  it('gives three lines to copy where the demo may be signed in to', () => {
    const said = welcome({ url, developmentSignIn: true, openIdIssuer: undefined }, '1.0');
    expect(said.match(/^ {2}(export|curl) .*$/gm)).toHaveLength(3);
    expect(said).not.toContain('--server');
  });

  it('names the server in them where it is not the usual one', () => {
    const facts = {
      url: 'http://127.0.0.1:8091',
      developmentSignIn: true,
      openIdIssuer: undefined,
    };
    expect(welcome(facts, '1.0')).toContain('token clinician --server http://127.0.0.1:8091)');
  });

  it('names the provider, and the sign-in that is always there', () => {
    const facts = { url, developmentSignIn: false };
    expect(welcome({ ...facts, openIdIssuer: 'https://idp.test' }, '1')).toContain(
      'with a token of https://idp.test',
    );
    expect(welcome({ ...facts, openIdIssuer: undefined }, '1')).toContain(
      'Sign in    with a name and a password (holdfast users add)',
    );
  });
});
