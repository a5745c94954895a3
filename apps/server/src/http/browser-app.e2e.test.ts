// Goal: an app made with fhirclient, as SMART's own examples are, works unchanged in a browser.
// Method: serve the library and two pages from another origin, and click through the sign-in.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { AxeBuilder } from '@axe-core/playwright';
import { chromiumPath } from '@holdfast/testkit';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Serving, serving } from '../testing/serving.ts';
import { PASSWORD, registrar } from '../testing/signing-in.ts';

const library = createRequire(import.meta.url).resolve('fhirclient/build/fhir-client.js');
const browserPath = chromiumPath();

const page = (script: string) =>
  `<!doctype html><html lang="en"><title>app</title><script src="/fhir-client.js"></script><p id="said"></p>
<script>const say = (text) => { document.getElementById('said').textContent = text; };
${script}</script></html>`;

const LAUNCH = (iss: string) =>
  page(`FHIR.oauth2.authorize({ clientId: 'chart', iss: '${iss}', redirectUri: '/back',
  scope: 'openid fhirUser launch/patient patient/Patient.rs patient/Observation.rs offline_access' })
  .catch((error) => say('launch failed: ' + error.message));`);

const BACK = page(`FHIR.oauth2.ready()
  .then(async (client) => {
    const patient = await client.patient.read();
    const bundle = await client.request('Observation?patient=' + client.patient.id);
    // The library's own option for public clients (RFC 6749 section 3.2.1).
    client.environment.options.refreshTokenWithClientId = true;
    const refreshed = await client.refresh();
    say([patient.name[0].family, bundle.total ?? bundle.entry.length, client.getFhirUser(),
      refreshed.tokenResponse.patient].join(' '));
  })
  .catch((error) => say('failed: ' + error.message));`);

describe.skipIf(browserPath === undefined)('an app made with fhirclient', () => {
  let at: Serving;
  let desk: ReturnType<typeof registrar>;
  let host: Server;
  let origin: string;
  let browser: Browser;

  beforeAll(async () => {
    at = await serving();
    const iss = `${at.server.url}/fhir/R4`;
    host = createServer(({ url = '' }, response) => {
      if (url === '/fhir-client.js') return response.end(readFileSync(library));
      response.setHeader('content-type', 'text/html; charset=utf-8');
      return response.end(url.startsWith('/back') ? BACK : LAUNCH(iss));
    }).listen(0, '127.0.0.1');
    await once(host, 'listening');
    origin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
    desk = registrar(at.server);
    await desk.addClient({ id: 'chart', name: 'Growth chart', redirectUris: [`${origin}/back`] });
    await desk.addUser({ name: 'rivera', fhirUser: 'Practitioner/p-rivera', roles: ['clinician'] });
    const put = (resource: { resourceType: string; id: string; [more: string]: unknown }) =>
      at.fhir('importer', `/${resource.resourceType}/${resource.id}`, {
        method: 'PUT',
        body: JSON.stringify(resource),
      });
    await put({ resourceType: 'Patient', id: 'ada', name: [{ family: 'Brandt' }] });
    const code = { coding: [{ system: 'http://loinc.org', code: '8867-4' }] };
    const subject = { reference: 'Patient/ada' };
    await put({ resourceType: 'Observation', id: 'pulse', status: 'final', code, subject });
    const args = ['--no-sandbox', '--disable-background-networking', '--disable-gpu'];
    browser = await chromium.launch({ executablePath: browserPath ?? '', args });
  });
  afterAll(async () => {
    await browser?.close();
    host.close();
    await desk.end();
    await at.stop();
  });

  const violations = async (shown: Page): Promise<string[]> => {
    const found = await new AxeBuilder({ page: shown }).analyze();
    return found.violations.map(({ id }) => id);
  };

  it.each(['light', 'dark'] as const)(
    'completes a standalone launch, through pages without axe violations in %s',
    async (colorScheme) => {
      const context = await browser.newContext({ colorScheme });
      const shown = await context.newPage();
      const complaints: string[] = [];
      shown.on('console', (message) => {
        const ours = message.location().url.startsWith(at.server.url);
        if (message.type() === 'error' && ours) complaints.push(message.text());
      });
      await shown.goto(`${origin}/launch`);
      await shown.getByRole('heading', { name: 'Sign in' }).waitFor();
      expect(await violations(shown)).toEqual([]);
      await shown.getByLabel('Name').fill('rivera');
      await shown.getByLabel('Password').fill(PASSWORD);
      await shown.keyboard.press('Enter');
      await shown.getByRole('heading', { name: 'Choose a patient' }).waitFor();
      expect(await violations(shown)).toEqual([]);
      await shown.getByRole('button', { name: 'Brandt' }).click();
      await shown.getByRole('heading', { name: 'Allow Growth chart?' }).waitFor();
      expect(await violations(shown)).toEqual([]);
      await shown.getByRole('button', { name: 'Allow' }).click();
      const said = shown.locator('#said');
      await expect.poll(() => said.textContent(), { timeout: 20_000 }).not.toBe('');
      expect(await said.textContent()).toBe('Brandt 1 Practitioner/p-rivera ada');
      expect(complaints).toEqual([]);
      await context.close();
    },
    60_000,
  );
});
