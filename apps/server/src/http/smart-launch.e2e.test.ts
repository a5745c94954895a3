// The checks that Inferno's SMART and (g)(10) kits make of an authorization server, as tests here.
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Serving, serving } from '../testing/serving.ts';
import {
  authorize,
  Browser,
  PASSWORD,
  REDIRECT,
  registrar,
  signedIn,
} from '../testing/signing-in.ts';

let at: Serving;
let desk: ReturnType<typeof registrar>;
let secret: string;
const LAB = 'http://terminology.hl7.org/CodeSystem/observation-category|laboratory';
const VITAL = 'http://terminology.hl7.org/CodeSystem/observation-category|vital-signs';
const CONCERN = 'http://terminology.hl7.org/CodeSystem/condition-category|problem-list-item';
const DIAGNOSIS = 'http://terminology.hl7.org/CodeSystem/condition-category|encounter-diagnosis';

const as = (token: string, path: string, init: RequestInit = {}) =>
  fetch(`${at.server.url}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) },
  });

const form = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${at.server.url}/auth${path}`, {
    method: 'POST',
    headers,
    body: new URLSearchParams(fields),
  });

const put = (resource: { resourceType: string; id: string; [more: string]: unknown }) =>
  at.fhir('importer', `/${resource.resourceType}/${resource.id}`, {
    method: 'PUT',
    body: JSON.stringify(resource),
  });

const coded = (text: string) => {
  const [system, code] = text.split('|');
  return [{ coding: [{ system, code }] }];
};

// What vitest types as `any`.
const including = (...words: string[]): unknown => expect.arrayContaining(words);
const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

beforeAll(async () => {
  at = await serving();
  desk = registrar(at.server);
  for (const id of ['ada', 'ben']) {
    await put({ resourceType: 'Patient', id, name: [{ family: id }] });
    const subject = { reference: `Patient/${id}` };
    for (const [name, category] of [
      ['lab', LAB],
      ['vital', VITAL],
    ] as const) {
      const code = coded('http://loinc.org|8867-4')[0];
      const rest = { status: 'final', category: coded(category), code, subject };
      await put({ resourceType: 'Observation', id: `${name}-${id}`, ...rest });
    }
    for (const [name, category] of [
      ['concern', CONCERN],
      ['diagnosis', DIAGNOSIS],
    ] as const) {
      const code = coded('http://snomed.info/sct|38341003')[0];
      const clinicalStatus = coded(
        'http://terminology.hl7.org/CodeSystem/condition-clinical|active',
      )[0];
      const rest = { clinicalStatus, category: coded(category), code, subject };
      await put({ resourceType: 'Condition', id: `${name}-${id}`, ...rest });
    }
  }
  await desk.addUser({
    name: 'ada',
    fhirUser: 'Patient/ada',
    roles: ['patient'],
    patients: ['ada'],
  });
  await desk.addUser({ name: 'rivera', fhirUser: 'Practitioner/p-rivera', roles: ['clinician'] });
  await desk.addUser({ name: 'haddad', fhirUser: 'Person/haddad', roles: ['compliance-officer'] });
  await desk.addClient({ id: 'app', launchUri: 'http://127.0.0.1:39999/launch' });
  await desk.addClient({ id: 'other' });
  await desk.addClient({ id: 'ward', scopes: ['openid', 'user/Patient.rs', 'platform'] });
  secret = (await desk.addClient({ id: 'confidential', kind: 'secret' })) ?? '';
});
afterAll(async () => {
  await desk.end();
  await at.stop();
});

/** A code to exchange, and the form that would. */
async function code(scope = 'launch/patient patient/*.rs', client = 'app') {
  const { redirect, verifier } = await authorize(at.server, { client, user: 'ada', scope });
  const fields = {
    grant_type: 'authorization_code',
    client_id: client,
    code: redirect.searchParams.get('code') ?? '',
    redirect_uri: REDIRECT,
  };
  return { fields, verifier };
}

describe('discovery', () => {
  it.each(['/fhir/R4', '/fhir'])(
    'stands below %s, as JSON whatever is accepted, for any origin',
    async (base) => {
      const response = await fetch(`${at.server.url}${base}/.well-known/smart-configuration`, {
        headers: { accept: 'text/html', origin: 'https://app.example' },
      });
      expect(response.headers.get('content-type')).toMatch('application/json');
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      const found = (await response.json()) as Record<string, unknown>;
      expect(found).toMatchObject({
        issuer: `${at.server.url}/auth`,
        grant_types_supported: including('authorization_code', 'client_credentials'),
        code_challenge_methods_supported: ['S256'],
        capabilities: including('launch-ehr', 'launch-standalone', 'permission-v2'),
      });
      const opened = await fetch(`${at.server.url}/auth/.well-known/openid-configuration`);
      const openid = (await opened.json()) as Record<string, unknown>;
      const shared = ['authorization', 'token', 'introspection', 'revocation'].map(
        (it) => `${it}_endpoint`,
      );
      for (const name of [...shared, 'issuer', 'jwks_uri'])
        expect(openid[name], name).toBe(found[name]);
      expect(openid).not.toHaveProperty('registration_endpoint');
      expect(openid['id_token_signing_alg_values_supported']).toContain('RS256');
    },
  );

  it('publishes public halves of keys only', async () => {
    const response = await fetch(`${at.server.url}/auth/jwks`);
    const { keys } = (await response.json()) as { keys: Record<string, unknown>[] };
    expect(keys.length).toBe(1);
    expect(keys[0]).toMatchObject({ kty: 'RSA', alg: 'RS256' });
    for (const part of ['d', 'p', 'q', 'dp', 'dq', 'qi']) expect(keys[0]).not.toHaveProperty(part);
  });

  it('lets an app of a registered origin reach the token endpoint, and no other page', async () => {
    const from = async (origin: string) => {
      const { fields, verifier } = await code();
      const answer = await form('/token', { ...fields, code_verifier: verifier }, { origin });
      return answer.headers.get('access-control-allow-origin');
    };
    expect(await from('http://127.0.0.1:39999')).toBe('http://127.0.0.1:39999');
    expect(await from('https://elsewhere.example')).toBeNull();
  });
});

describe('an authorization request', () => {
  it.each([
    ['another server as aud', { aud: 'https://elsewhere.example/fhir' }],
    ['no aud', { aud: '' }],
    ['no PKCE challenge', { code_challenge: '', code_challenge_method: '' }],
    ['a plain PKCE challenge', { code_challenge_method: 'plain' }],
  ])('with %s gets no code', async (_, params: Record<string, string>) => {
    const asked = { client: 'app', user: 'ada', scope: 'launch/patient patient/*.rs', params };
    const { redirect } = await authorize(at.server, asked);
    expect(redirect.searchParams.get('code')).toBeNull();
    expect(redirect.searchParams.get('error')).toBe('invalid_request');
  });

  it('with a redirect address that is not registered is not sent there', async () => {
    const params = { redirect_uri: 'https://elsewhere.example/app' };
    const { page } = await authorize(at.server, {
      client: 'app',
      user: 'ada',
      scope: 'openid',
      params,
    });
    expect(page).toMatchObject({ status: 400 });
    expect(page.url.startsWith(at.server.url)).toBe(true);
    expect(page.text).toContain('This sign-in cannot go on');
  });

  it('for scopes that grant nothing is told so', async () => {
    const scope = 'patient/Observation.sr system/*.rs nonsense';
    const { redirect } = await authorize(at.server, { client: 'app', user: 'ada', scope });
    expect(redirect.searchParams.get('error')).toBe('invalid_scope');
  });

  it('that the person denies is denied', async () => {
    const asked = { client: 'app', user: 'ada', scope: 'user/*.rs', allow: () => [] };
    const { redirect } = await authorize(at.server, asked);
    expect(redirect.searchParams.get('error')).toBe('access_denied');
  });

  it('may come by POST', async () => {
    const config = await oidc.calculatePKCECodeChallenge(oidc.randomPKCECodeVerifier());
    const browser = new Browser();
    const page = await browser.open(`${at.server.url}/auth/authorize`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        response_type: 'code',
        client_id: 'app',
        redirect_uri: REDIRECT,
        scope: 'openid',
        code_challenge: config,
        code_challenge_method: 'S256',
      }).toString(),
    });
    expect(page.text).toContain('name="password"');
    const signed = await browser.submit(page, { name: 'ada', password: PASSWORD });
    expect(signed.text).toContain('Allow app?');
  });
});

describe('a code', () => {
  it.each([
    ['no verifier', {}],
    ['a blank one', { code_verifier: '' }],
    ['another one', { code_verifier: oidc.randomPKCECodeVerifier() }],
  ])('is not exchanged with %s', async (_, more: Record<string, string>) => {
    const { fields } = await code();
    const answer = await form('/token', { ...fields, ...more });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: matching(/^invalid_(grant|request)$/),
    });
  });

  it('is not exchanged with the challenge in place of the verifier', async () => {
    const { fields, verifier } = await code();
    const challenge = await oidc.calculatePKCECodeChallenge(verifier);
    expect((await form('/token', { ...fields, code_verifier: challenge })).status).toBe(400);
  });

  it('is not exchanged by another client, nor for another address', async () => {
    const { fields, verifier: code_verifier } = await code();
    const other = { ...fields, code_verifier, client_id: 'other' };
    expect((await form('/token', other)).status).toBe(400);
    const elsewhere = { ...fields, code_verifier, redirect_uri: `${REDIRECT}/x` };
    expect((await form('/token', elsewhere)).status).toBe(400);
  });

  it('is exchanged once; a second time ends what came of the first', async () => {
    const { fields, verifier: code_verifier } = await code();
    const first = (await (await form('/token', { ...fields, code_verifier })).json()) as {
      access_token: string;
    };
    expect((await as(first.access_token, '/fhir/R4/Patient/ada')).status).toBe(200);
    expect((await form('/token', { ...fields, code_verifier })).status).toBe(400);
    expect((await as(first.access_token, '/fhir/R4/Patient/ada')).status).toBe(401);
  });

  it('is exchanged once of twenty times at the same moment', async () => {
    const { fields, verifier: code_verifier } = await code();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => form('/token', { ...fields, code_verifier })),
    );
    expect(answers.filter(({ status }) => status === 200).length).toBe(1);
  });
});

describe('a refresh token', () => {
  it('is used once: its theft shows, and ends the grant', async () => {
    const asked = { client: 'app', user: 'ada', scope: 'patient/*.rs offline_access' };
    const { config, tokens } = await signedIn(at.server, asked);
    const stolen = tokens.refresh_token ?? '';
    const next = await oidc.refreshTokenGrant(config, stolen);
    await expect(oidc.refreshTokenGrant(config, stolen)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await expect(oidc.refreshTokenGrant(config, next.refresh_token ?? '')).rejects.toMatchObject({
      code: 'OAUTH_RESPONSE_BODY_ERROR',
    });
    expect((await as(next.access_token, '/fhir/R4/Patient/ada')).status).toBe(401);
  });

  it('narrows what it is asked to, and never widens', async () => {
    const scope = 'patient/Patient.rs patient/Observation.rs offline_access';
    const { config, tokens } = await signedIn(at.server, { client: 'app', user: 'ada', scope });
    const narrow = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '', {
      scope: 'patient/Patient.rs',
    });
    expect(narrow.scope).toBe('patient/Patient.rs');
    expect((await as(narrow.access_token, '/fhir/R4/Observation/lab-ada')).status).toBe(404);
    const wide = { scope: 'patient/Condition.rs' };
    await expect(
      oidc.refreshTokenGrant(config, narrow.refresh_token ?? '', wide),
    ).rejects.toMatchObject({ code: 'OAUTH_RESPONSE_BODY_ERROR' });
  });

  it('of online_access ends with the session', async () => {
    const asked = { client: 'app', user: 'ada', scope: 'patient/*.rs online_access' };
    const { config, tokens, browser } = await signedIn(at.server, asked);
    const next = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect((await as(next.access_token, '/fhir/R4/Patient/ada')).status).toBe(200);
    const page = await browser.open(`${at.server.url}/auth/sign-out`);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    await browser.open(`${at.server.url}/auth/sign-out/confirm`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ xsrf, logout: 'yes' }).toString(),
    });
    await expect(oidc.refreshTokenGrant(config, next.refresh_token ?? '')).rejects.toMatchObject({
      code: 'OAUTH_RESPONSE_BODY_ERROR',
    });
    expect((await as(next.access_token, '/fhir/R4/Patient/ada')).status).toBe(401);
  });
});

describe('scopes', () => {
  it('are reduced to what the person allows', async () => {
    const scope = 'launch/patient patient/Patient.rs patient/Observation.rs patient/Condition.rs';
    const allow = (offered: string[]) => offered.filter((each) => !each.includes('Condition'));
    const { tokens } = await signedIn(at.server, { client: 'app', user: 'ada', scope, allow });
    expect(tokens.scope).toBe('launch/patient patient/Patient.rs patient/Observation.rs');
    expect((await as(tokens.access_token, '/fhir/R4/Observation/lab-ada')).status).toBe(200);
    expect((await as(tokens.access_token, '/fhir/R4/Condition/concern-ada')).status).toBe(404);
  });

  it('are reduced to what the client is registered for', async () => {
    const scope = 'openid user/Patient.rs user/Observation.rs user/Patient.cruds';
    const { tokens } = await signedIn(at.server, { client: 'ward', user: 'rivera', scope });
    expect(tokens.scope).toBe('openid user/Patient.rs');
  });

  it.each([
    ['Observation', LAB, 'lab-ada', 'vital-ada'],
    ['Condition', CONCERN, 'concern-ada', 'diagnosis-ada'],
  ])('of %s narrow by category in search and in read', async (type, category, open, shut) => {
    const scope = `launch/patient patient/${type}.rs?category=${category}`;
    const { tokens } = await signedIn(at.server, { client: 'app', user: 'ada', scope });
    expect(tokens.scope).toBe(scope);
    const token = tokens.access_token;
    expect((await as(token, `/fhir/R4/${type}/${open}`)).status).toBe(200);
    expect((await as(token, `/fhir/R4/${type}/${shut}`)).status).toBe(404);
    const found = (await (await as(token, `/fhir/R4/${type}?patient=ada`)).json()) as {
      entry?: { resource: { id: string } }[];
    };
    expect(found.entry?.map(({ resource }) => resource.id)).toEqual([open]);
  });

  it('of a patient reach no other patient, and of reading do not write', async () => {
    const scope = 'launch/patient patient/*.rs';
    const asked = { client: 'app', user: 'rivera', scope, patient: 'ada' };
    const { tokens } = await signedIn(at.server, asked);
    expect((await as(tokens.access_token, '/fhir/R4/Observation/lab-ada')).status).toBe(200);
    expect((await as(tokens.access_token, '/fhir/R4/Observation/lab-ben')).status).toBe(404);
    const changed = await as(tokens.access_token, '/fhir/R4/Patient/ada', {
      method: 'PUT',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify({ resourceType: 'Patient', id: 'ada' }),
    });
    expect(changed.status).toBe(404);
    expect((await at.fhir('clinician', '/Patient/ada')).body).toMatchObject({
      meta: { versionId: '1' },
    });
  });

  it('about resources open nothing but the FHIR interface, not even for an officer', async () => {
    const officer = (client: string, scope: string) =>
      signedIn(at.server, { client, user: 'haddad', scope });
    const app = await officer('app', 'user/*.rs');
    expect((await as(app.tokens.access_token, '/operations/overview')).status).toBe(403);
    const console = await officer('ward', 'user/Patient.rs platform');
    expect((await as(console.tokens.access_token, '/operations/overview')).status).toBe(200);
  });

  it('that say nothing about resources open none', async () => {
    const { tokens } = await signedIn(at.server, {
      client: 'app',
      user: 'ada',
      scope: 'openid fhirUser',
    });
    expect((await as(tokens.access_token, '/fhir/R4/Patient/ada')).status).toBe(404);
  });
});

describe('a launch from an EHR', () => {
  const launch = (persona: string, body: object) =>
    at.call(persona, '/auth/launches', { method: 'POST', body: JSON.stringify(body) });
  const opened = async (body: object): Promise<string> => {
    const { tokens } = await signedIn(at.server, {
      client: 'ward',
      user: 'rivera',
      scope: 'user/Patient.rs platform',
    });
    const response = await as(tokens.access_token, '/auth/launches', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return ((await response.json()) as { launch: string }).launch;
  };

  it('hands patient, encounter and further context to the app, once and to its user only', async () => {
    const fhirContext = [{ reference: 'ImagingStudy/i-1' }];
    const with_ = {
      client: 'app',
      patient: 'ben',
      encounter: 'e-1',
      intent: 'review',
      fhirContext,
    };
    const params = { launch: await opened({ ...with_, needPatientBanner: false }) };
    const asked = { client: 'app', user: 'rivera', scope: 'launch patient/*.rs', params };
    const stranger = await authorize(at.server, { ...asked, user: 'ada' });
    expect(stranger.redirect.searchParams.get('error')).toBe('access_denied');
    const { tokens } = await signedIn(at.server, asked);
    expect(tokens).toMatchObject({
      patient: 'ben',
      encounter: 'e-1',
      intent: 'review',
      fhirContext,
      need_patient_banner: false,
    });
    expect((await as(tokens.access_token, '/fhir/R4/Observation/lab-ben')).status).toBe(200);
    const again = await authorize(at.server, asked);
    expect(again.redirect.searchParams.get('error')).toBe('access_denied');
  });

  it('is refused where it was made up', async () => {
    const params = { launch: 'made-up' };
    const asked = { client: 'app', user: 'rivera', scope: 'launch patient/*.rs', params };
    const { redirect } = await authorize(at.server, asked);
    expect(redirect.searchParams.get('error')).toBe('access_denied');
  });

  it('is opened with no record that the person may not see, and for no app that has no address', async () => {
    expect((await launch('patient', { client: 'app', patient: 'ben' })).status).toBe(404);
    expect((await launch('clinician', { client: 'other' })).status).toBe(404);
    const wrong = { client: 'app', fhirContext: [{ reference: 'Patient/ben' }] };
    const answer = await launch('clinician', wrong);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('fhirContext');
  });
});

describe('introspection', () => {
  const introspected = async (token: string, client = 'confidential', key = secret) => {
    const response = await form('/introspect', { token, client_id: client, client_secret: key });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it('says what the token response said, to a client that proves who it is', async () => {
    const scope = 'openid fhirUser launch/patient patient/Observation.rs';
    const { tokens } = await signedIn(at.server, { client: 'app', user: 'ada', scope });
    const { body } = await introspected(tokens.access_token);
    expect(body).toMatchObject({
      active: true,
      client_id: 'app',
      scope: tokens.scope,
      patient: tokens['patient'],
      iss: tokens.claims()?.iss,
      sub: tokens.claims()?.sub,
      fhirUser: tokens.claims()?.['fhirUser'],
    });
    expect(body['exp']).toBeTypeOf('number');
  });

  it('says of anything else exactly that it is not active', async () => {
    const { tokens, config } = await signedIn(at.server, {
      client: 'app',
      user: 'ada',
      scope: 'openid',
    });
    await oidc.tokenRevocation(config, tokens.access_token);
    for (const token of ['nonsense', tokens.access_token, await at.tokenOf('clinician')]) {
      expect((await introspected(token)).body).toEqual({ active: false });
    }
  });

  it('is refused to who cannot prove to be a client', async () => {
    const { tokens } = await signedIn(at.server, { client: 'app', user: 'ada', scope: 'openid' });
    const wrong = await introspected(tokens.access_token, 'confidential', 'a-guess');
    expect(wrong).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });
});

describe('revocation', () => {
  it('stops access and refresh with the next request', async () => {
    const asked = { client: 'app', user: 'ada', scope: 'patient/*.rs offline_access' };
    const { config, tokens } = await signedIn(at.server, asked);
    expect((await as(tokens.access_token, '/fhir/R4/Patient/ada')).status).toBe(200);
    await oidc.tokenRevocation(config, tokens.refresh_token ?? '');
    expect((await as(tokens.access_token, '/fhir/R4/Patient/ada')).status).toBe(401);
    await expect(oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
      code: 'OAUTH_RESPONSE_BODY_ERROR',
    });
  });

  it('of a user or a client stops every token at once', async () => {
    await desk.addUser({ name: 'leaver', fhirUser: 'Practitioner/leaver', roles: ['clinician'] });
    await desk.addClient({ id: 'passing' });
    const scope = 'user/Patient.rs';
    const leaver = await signedIn(at.server, { client: 'app', user: 'leaver', scope });
    const passing = await signedIn(at.server, { client: 'passing', user: 'rivera', scope });
    const status = async ({ tokens }: typeof leaver) =>
      (await as(tokens.access_token, '/fhir/R4/Patient/ada')).status;
    expect([await status(leaver), await status(passing)]).toEqual([200, 200]);
    await desk.users.disable('leaver');
    await desk.clients.disable('passing');
    expect([await status(leaver), await status(passing)]).toEqual([401, 401]);
    await desk.users.enable('leaver');
    const again = await signedIn(at.server, { client: 'app', user: 'leaver', scope });
    expect(await status(again)).toBe(200);
  });
});
