// Against openid-client, over real HTTP: what a well-made app does works, and what it must not is refused.
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Serving, serving } from '../testing/serving.ts';
import { authorize, Browser, PASSWORD, registrar, signedIn } from '../testing/signing-in.ts';

let at: Serving;
let desk: ReturnType<typeof registrar>;

const as = (token: string, path: string, init: RequestInit = {}) =>
  fetch(`${at.server.url}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) },
  });

beforeAll(async () => {
  at = await serving();
  desk = registrar(at.server);
  await at.fhir('importer', '/Patient/ada', {
    method: 'PUT',
    body: JSON.stringify({
      resourceType: 'Patient',
      id: 'ada',
      name: [{ given: ['Ada'], family: 'Brandt' }],
      birthDate: '1987-03-14',
    }),
  });
  await desk.addUser({ name: 'rivera', fhirUser: 'Practitioner/p-rivera', roles: ['clinician'] });
  await desk.addUser({
    name: 'ada',
    fhirUser: 'Patient/ada',
    roles: ['patient'],
    patients: ['ada'],
  });
  await desk.addClient({ id: 'app' });
});
afterAll(async () => {
  await desk.end();
  await at.stop();
});

describe('an app that openid-client makes', () => {
  it('signs a patient in, who reads her own record', async () => {
    const scope = 'openid fhirUser launch/patient patient/*.rs offline_access';
    const { tokens, config } = await signedIn(at.server, { client: 'app', user: 'ada', scope });
    expect(tokens).toMatchObject({ token_type: 'bearer', patient: 'ada', expires_in: 900 });
    expect(tokens.scope?.split(' ').sort()).toEqual(scope.split(' ').sort());
    expect(tokens.claims()).toMatchObject({
      iss: `${at.server.url}/auth`,
      fhirUser: `${at.server.url}/fhir/R4/Patient/ada`,
    });
    expect((await as(tokens.access_token, '/fhir/R4/Patient/ada')).status).toBe(200);
    const again = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(again).toMatchObject({ patient: 'ada', scope: tokens.scope });
    expect((await as(again.access_token, '/fhir/R4/Patient/ada')).status).toBe(200);
  });

  it('lets a clinician choose among the patients she may see', async () => {
    const scope = 'launch/patient patient/Patient.rs';
    const asked = { client: 'app', user: 'rivera', scope };
    const { page, browser } = await authorize(at.server, asked);
    expect(page.text).toContain('Ada Brandt, born 1987-03-14');
    const found = await browser.open(`${page.url}?find=nobody-of-this-name`);
    expect(found.text).toContain('Nobody found');
    const { tokens } = await signedIn(at.server, { ...asked, patient: 'ada' });
    expect(tokens['patient']).toBe('ada');
  });
});

describe('the sign-in page', () => {
  it('takes an agreement from its form only, never from an address that a browser follows', async () => {
    const browser = new Browser();
    const scope = 'launch/patient patient/*.rs';
    const asked = { client: 'app', user: 'ada', scope, browser };
    const { page } = await authorize(at.server, { ...asked, stopAtConsent: true });
    const answer = new URLSearchParams({ step: 'consent', answer: 'allow', scope: 'patient/*.rs' });
    for (const fields of [answer.toString(), 'answer=deny']) {
      const shown = await browser.open(`${page.url}?${fields}`);
      expect(shown.status).toBe(200);
      expect(shown.text).toContain('name="step" value="consent"');
    }
  });

  it('lets a wrong password in for nobody, known or not, and keeps guessers waiting', async () => {
    await desk.addUser({ name: 'guessed', fhirUser: 'Practitioner/g', roles: ['clinician'] });
    const asked = { client: 'app', user: 'nobody', scope: 'user/*.rs' };
    const { page, browser } = await authorize(at.server, asked);
    expect(page).toMatchObject({ status: 401 });
    expect(page.text).toContain('The name or the password is wrong.');
    for (let tries = 0; tries < 6; tries++) {
      await browser.submit(page, { name: 'guessed', password: 'this is not the one' });
    }
    const blocked = await browser.submit(page, { name: 'Guessed', password: PASSWORD });
    expect(blocked.text).toContain('Too many tries');
  });

  it('has a strict policy for what it may load, and sends its form nowhere but to the app', async () => {
    const { page } = await authorize(at.server, { client: 'app', user: 'x', scope: 'openid' });
    expect(page.headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; base-uri 'none'; " +
        "form-action 'self' http://127.0.0.1:39999; frame-ancestors 'none'",
    );
    expect(page.text).not.toMatch(/<script|style=/);
  });

  it('gives a session a new id when somebody signs in, so that a planted one is worth nothing', async () => {
    const attacker = new Browser();
    const asked = { client: 'app', user: 'nobody', scope: 'openid' };
    const begun = await authorize(at.server, { ...asked, browser: attacker });
    expect(begun.page.text).toContain('name="password"');
    const victim = new Browser();
    for (const [name, cookie] of attacker.cookies) victim.cookies.set(name, cookie);
    const signed = await victim.submit(begun.page, { name: 'ada', password: PASSWORD });
    expect(signed.text).toContain('Allow app?');
    const after = await authorize(at.server, { ...asked, browser: attacker });
    expect(after.page.text).toContain('name="password"');
    const resumed = await authorize(at.server, { ...asked, browser: victim });
    expect(resumed.page.text).not.toContain('name="password"');
  });
});
