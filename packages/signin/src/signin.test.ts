import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PatientId, TenantId } from '@holdfast/kernel';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  createSigningKey,
  DevelopmentIssuer,
  loadOrCreateSigningKey,
  type Persona,
  TokenVerifier,
} from './index.ts';

const persona: Persona = {
  id: 'dr-rivera',
  name: 'Dr Rivera',
  description: 'a clinician',
  claims: {
    tenant: 1 as TenantId,
    fhirUser: 'Practitioner/p-rivera',
    roles: ['clinician'],
    purposes: ['TREAT', 'HOPERAT'],
    memberships: ['Organization/o-1'],
  },
};

async function world(startMs = 1_700_000_000_000) {
  const time = { ms: startMs };
  const clock = { now: () => new Date(time.ms), monotonicMs: () => time.ms };
  const signingKey = await createSigningKey();
  const names = { issuer: 'http://holdfast.test', audience: 'http://holdfast.test/fhir/R4' };
  const issuer = new DevelopmentIssuer({
    personas: [persona],
    signingKey,
    ...names,
    clock,
    environment: 'test',
  });
  return {
    time,
    signingKey,
    names,
    clock,
    issuer,
    verifier: new TokenVerifier({ issuers: [issuer.trusted], clock }),
  };
}

const code = async (promise: Promise<unknown>) =>
  promise.then(
    () => 'no fault',
    (error: { code?: string }) => error.code,
  );

describe('a bearer token', () => {
  it('names the actor that the persona is', async () => {
    const { issuer, verifier } = await world();
    const { accessToken } = await issuer.issue('dr-rivera');
    expect(await verifier.actor(`Bearer ${accessToken}`)).toMatchObject({
      tenant: 1,
      principal: 'Practitioner/p-rivera',
      closure: ['Organization/o-1', 'Practitioner/p-rivera'],
      roles: ['clinician'],
      purposes: ['HOPERAT', 'TREAT'],
      emergency: false,
    });
  });

  it('is refused when absent, malformed, altered, or signed by another key', async () => {
    const { issuer, verifier } = await world();
    const other = await world();
    const { accessToken } = await issuer.issue('dr-rivera');
    const foreign = (await other.issuer.issue('dr-rivera')).accessToken;
    const [head, body, signature] = accessToken.split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...claims, roles: ['system'] })).toString(
      'base64url',
    );
    expect(await code(verifier.actor(undefined))).toBe('SIGNIN_TOKEN_MISSING');
    expect(await code(verifier.actor('Basic abc'))).toBe('SIGNIN_TOKEN_MISSING');
    expect(await code(verifier.actor('Bearer nonsense'))).toBe('SIGNIN_TOKEN_INVALID');
    expect(await code(verifier.actor(`Bearer ${'a'.repeat(9_000)}`))).toBe('SIGNIN_TOKEN_INVALID');
    expect(await code(verifier.actor(`Bearer ${head}.${forged}.${signature}`))).toBe(
      'SIGNIN_TOKEN_INVALID',
    );
    expect(await code(verifier.actor(`Bearer ${foreign}`))).toBe('SIGNIN_TOKEN_INVALID');
  });

  it('ends when it expires, also after it was verified once', async () => {
    const { issuer, verifier, time } = await world();
    const { accessToken, expiresInSeconds } = await issuer.issue('dr-rivera');
    await verifier.actor(`Bearer ${accessToken}`);
    time.ms += expiresInSeconds * 1_000;
    expect(await code(verifier.actor(`Bearer ${accessToken}`))).toBe('SIGNIN_TOKEN_INVALID');
  });

  it('must carry every claim a decision needs, and names the one it lacks', async () => {
    const { signingKey, names, clock, verifier } = await world();
    const token = await new SignJWT({
      tenant: 1,
      fhirUser: 'Practitioner/p',
      roles: ['root'],
      purposes: ['TREAT'],
    })
      .setProtectedHeader({ alg: 'ES256', kid: signingKey.keyId })
      .setIssuer(names.issuer)
      .setAudience(names.audience)
      .setExpirationTime(clock.now().getTime() / 1_000 + 60)
      .setJti('j')
      .sign(signingKey.privateKey);
    await expect(verifier.actor(`Bearer ${token}`)).rejects.toThrow('"roles"');
  });

  it('of a patient is bound to that patient', async () => {
    const { signingKey, names, clock } = await world();
    const self: Persona = {
      ...persona,
      id: 'ada',
      claims: {
        ...persona.claims,
        fhirUser: 'Patient/ada',
        roles: ['patient'],
        patient: 'ada' as PatientId,
      },
    };
    const issuer = new DevelopmentIssuer({
      personas: [self],
      signingKey,
      ...names,
      clock,
      environment: undefined,
    });
    const verifier = new TokenVerifier({ issuers: [issuer.trusted], clock });
    const { accessToken } = await issuer.issue('ada');
    expect((await verifier.actor(`Bearer ${accessToken}`)).patientId).toBe('ada');
  });
});

describe('the development issuer', () => {
  it('refuses to exist in production', async () => {
    const { signingKey, names, clock } = await world();
    const options = { personas: [persona], signingKey, ...names, clock, environment: 'production' };
    expect(() => new DevelopmentIssuer(options)).toThrow('SIGNIN_DEVELOPMENT_ONLY');
  });

  it('refuses an unknown persona and a purpose that the persona does not hold', async () => {
    const { issuer } = await world();
    expect(await code(issuer.issue('nobody'))).toBe('SIGNIN_PERSONA_UNKNOWN');
    expect(await code(issuer.issue('dr-rivera', 'HRESCH'))).toBe('SIGNIN_PURPOSE_NOT_GRANTED');
  });
});

describe('the signing key', () => {
  it('is created once, readable by its owner only, and found again', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'holdfast-key-'));
    const [first, second] = await Promise.all([
      loadOrCreateSigningKey(directory),
      loadOrCreateSigningKey(directory),
    ]);
    const third = await loadOrCreateSigningKey(directory);
    const file = join(directory, 'token-signing-key.json');
    expect(new Set([first.keyId, second.keyId, third.keyId]).size).toBe(1);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(first.publicJwk).not.toHaveProperty('d');
    await rm(directory, { recursive: true });
  });
});
