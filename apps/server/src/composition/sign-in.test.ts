import { systemClock, type TenantId } from '@holdfast/kernel';
import { createSigningKey } from '@holdfast/signin';
import { describe, expect, it } from 'vitest';
import { openSignIn } from './sign-in.ts';

const PROVIDER = {
  issuer: 'https://idp.test',
  audience: 'https://records.test',
  names: {},
  roles: undefined,
};

async function signIn(environment: string | undefined, provider?: typeof PROVIDER) {
  return openSignIn({
    tenant: 1 as TenantId,
    config: { environment, provider, publicUrl: undefined },
    signingKey: await createSigningKey(),
    clock: systemClock,
  });
}

describe('sign-in', () => {
  it('of nobody refuses everybody, a token of the demo too', async () => {
    const development = await signIn(undefined);
    const token = (await development.issuer?.issue('clinician'))?.accessToken;
    const { verifier, issuer, provider } = await signIn('production');
    expect([issuer, provider]).toEqual([undefined, undefined]);
    await expect(verifier.actor(`Bearer ${token}`)).rejects.toMatchObject({
      code: 'SIGNIN_NOT_CONFIGURED',
    });
  });

  it('in production takes no token of the demo, also where a provider is named', async () => {
    const development = await signIn('development');
    const token = (await development.issuer?.issue('operator'))?.accessToken;
    const { verifier } = await signIn('production', PROVIDER);
    await expect(verifier.actor(`Bearer ${token}`)).rejects.toMatchObject({
      code: 'SIGNIN_TOKEN_INVALID',
    });
  });

  it('outside production takes both', async () => {
    const { verifier, issuer, provider } = await signIn('development', PROVIDER);
    const token = (await issuer?.issue('operator'))?.accessToken;
    expect(provider?.issuer).toBe('https://idp.test');
    expect(await verifier.actor(`Bearer ${token}`)).toMatchObject({ roles: ['operator'] });
  });
});
