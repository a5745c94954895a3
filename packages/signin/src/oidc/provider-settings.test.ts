import { describe, expect, it } from 'vitest';
import { readProviderSettings } from './provider-settings.ts';

const BASE = {
  HOLDFAST_OIDC_ISSUER: 'https://idp.test/realm',
  HOLDFAST_OIDC_AUDIENCE: 'https://records.test/fhir/R4',
};

describe('the settings of an OpenID provider', () => {
  it('are absent where no issuer is named', () => {
    expect(readProviderSettings({})).toEqual({ ok: true, value: undefined });
  });

  it('map claims and roles, also under names that are addresses', () => {
    const settings = readProviderSettings({
      ...BASE,
      HOLDFAST_OIDC_CLAIMS: 'roles=realm_access.roles, memberships=https://idp.test/teams',
      HOLDFAST_OIDC_ROLES: 'nurse=clinician,https://idp.test/r?x=1=operator',
    });
    expect(settings).toEqual({
      ok: true,
      value: {
        issuer: BASE.HOLDFAST_OIDC_ISSUER,
        audience: BASE.HOLDFAST_OIDC_AUDIENCE,
        names: { roles: 'realm_access.roles', memberships: 'https://idp.test/teams' },
        roles: new Map([
          ['nurse', 'clinician'],
          ['https://idp.test/r?x=1', 'operator'],
        ]),
      },
    });
  });

  it.each([
    [{ HOLDFAST_OIDC_ISSUER: 'http://idp.test' }, 'https'],
    [{ HOLDFAST_OIDC_ISSUER: 'idp.test' }, 'https'],
    [{ HOLDFAST_OIDC_AUDIENCE: '' }, 'HOLDFAST_OIDC_AUDIENCE'],
    [{ HOLDFAST_OIDC_CLAIMS: 'role=x' }, 'HOLDFAST_OIDC_CLAIMS'],
    [{ HOLDFAST_OIDC_CLAIMS: 'roles' }, 'HOLDFAST_OIDC_CLAIMS'],
    [{ HOLDFAST_OIDC_ROLES: 'nurse=doctor' }, 'doctor'],
  ])('refuse %j', (change, named) => {
    const settings = readProviderSettings({ ...BASE, ...change });
    expect(settings.ok ? '' : settings.error).toContain(named);
  });
});
