// Goal: the console works on the product itself, not only on the fixture.
// Method: start the built product as a user does and take the shared browser steps.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { launchChromium, reasonToSkip } from './testing/chromium.ts';
import { axeViolations, openConsole, overflow, signIn, tabTo } from './testing/console-page.ts';
import { describeConsole } from './testing/describe-console.ts';
import { type ServedHoldfast, serveHoldfast } from './testing/serve-holdfast.ts';

const skipped = reasonToSkip();

describe.skipIf(skipped !== undefined)('in Chromium', () => {
  const data = mkdtempSync(join(tmpdir(), 'holdfast-console-data-'));
  let server: ServedHoldfast;
  let browser: Browser;

  beforeAll(async () => {
    [server, browser] = await Promise.all([serveHoldfast(data), launchChromium()]);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await server.deleteData();
    rmSync(data, { recursive: true, force: true });
  });

  const target = {
    baseUrl: () => server.url,
    browser: () => browser,
    operator: /^Sign in as Aino Virtanen$/,
    screenshots: () => data,
  };
  describeConsole('the running product', target);

  const tokenOf = async (persona: string): Promise<string> => {
    const asked = await fetch(`${server.url}/development/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ persona }),
    });
    return ((await asked.json()) as { access_token: string }).access_token;
  };
  const read = async (persona: string, path: string): Promise<Response> => {
    const token = await tokenOf(persona);
    return fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  };

  it('is opened with a name and a password too, as in production', async () => {
    const { page, complaints, close } = await openConsole(target);
    await page.getByRole('button', { name: 'Sign in with your name' }).click();
    await page.getByLabel('Name').fill('operator');
    await page.getByLabel('Password').fill('for made-up people only');
    await page.keyboard.press('Enter');
    await page.getByRole('navigation', { name: 'Five questions' }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  }, 60_000);

  describe('an incident', () => {
    it('follows from a lost database, with the patient whose record was asked for', async () => {
      const location = join(data, 'postgres/location');
      const place = existsSync(location) ? readFileSync(location, 'utf8').trim() : '';
      const pidFile = join(place || join(data, 'postgres'), 'cluster/postmaster.pid');
      process.kill(Number(readFileSync(pidFile, 'utf8').split('\n')[0]), 'SIGKILL');
      const finn = async () => (await read('clinician', '/fhir/R4/Patient/finn-demo')).status;
      await expect.poll(finn, { interval: 20, timeout: 30_000 }).toBe(503);
      await expect.poll(finn, { timeout: 60_000 }).toBe(200);
      const incidents = async () => (await read('operator', '/operations/incidents')).text();
      await expect.poll(incidents, { timeout: 30_000 }).toContain('postgres-unavailable');
    }, 150_000);

    it('is taken up and answered by keyboard, and its duties follow', async () => {
      const { page, complaints, close } = await openConsole(target);
      await signIn(page, target.operator);
      await tabTo(page, /^Incidents$/);
      await page.keyboard.press('Enter');
      await tabTo(page, /database does not answer/);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: /database does not answer/ }).waitFor();
      const hipaa = page.getByText(/^HIPAA Breach Notification Rule · 45 CFR 164\.404/).first();
      await hipaa.waitFor();

      await tabTo(page, /^Take it up$/);
      await page.keyboard.press('Enter');
      await page.getByText(/^acknowledged, with /).waitFor();

      await tabTo(page, /^No: Is the organisation a HIPAA covered entity/);
      await page.keyboard.press('Enter');
      await page.getByLabel('No, because').fill('a vendor of software');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByText(/covered entity for these records\? No: a vendor of software/).waitFor();
      await expect.poll(() => hipaa.isVisible()).toBe(false);

      await page.getByTitle('Show what was known then').last().click();
      await page.getByText('as known at', { exact: false }).waitFor();
      await hipaa.waitFor();
      expect(complaints).toEqual([]);
      await close();
    });

    it.each(['light', 'dark'] as const)('has no axe violation in %s', async (colorScheme) => {
      const { page, complaints, close } = await openConsole(target, { colorScheme });
      await signIn(page, target.operator);
      await page.getByRole('link', { name: 'Incidents' }).click();
      const incident = page.getByRole('link', { name: /database does not answer/ });
      await incident.waitFor();
      expect(await axeViolations(page)).toEqual([]);
      await incident.click();
      await page.getByRole('button', { name: 'Show who they are' }).click();
      await page.getByText('finn-demo').waitFor();
      expect(await axeViolations(page)).toEqual([]);
      await page.screenshot({ path: join(data, `incident-${colorScheme}.png`), fullPage: true });
      expect(complaints).toEqual([]);
      await close();
    });

    it.each([360, 768, 2_560])('does not overflow a window %i px wide', async (width) => {
      const { page, close } = await openConsole(target, { viewport: { width, height: 900 } });
      await signIn(page, target.operator);
      await page.getByRole('link', { name: 'Incidents' }).click();
      const incident = page.getByRole('link', { name: /database does not answer/ });
      await incident.waitFor();
      expect(await overflow(page)).toBe(0);
      await incident.click();
      await page.getByRole('heading', { name: 'Timeline' }).waitFor();
      expect(await overflow(page)).toBe(0);
      await close();
    });
  });

  describe('the questions of matching', () => {
    const steward = /^Sign in as Nadia Osei$/;
    const twin = (id: string, given: string) => ({
      resourceType: 'Patient',
      id,
      name: [{ family: 'Vestergaard', given: [given] }],
      birthDate: '1991-03-03',
      telecom: [{ system: 'phone', value: '+49 30 7654321' }],
      address: [{ line: ['12 Mill Lane'], city: 'Lindow', postalCode: '16835' }],
    });
    const open = async (options: Parameters<typeof openConsole>[1] = {}) => {
      const opened = await openConsole(target, options);
      await opened.page.getByRole('button', { name: steward }).click();
      await opened.page.getByRole('link', { name: 'Identity' }).click();
      await opened.page.getByRole('heading', { level: 1, name: 'Identity' }).waitFor();
      return opened;
    };

    beforeAll(async () => {
      const token = await tokenOf('importer');
      for (const resource of [twin('ida-demo', 'Ida'), twin('liv-demo', 'Liv')]) {
        const answer = await fetch(`${server.url}/fhir/R4/Patient/${resource.id}`, {
          method: 'PUT',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
          body: JSON.stringify(resource),
        });
        if (!answer.ok) throw new Error(await answer.text());
      }
      await vi.waitFor(async () => {
        const questions = await (await read('front-desk', '/identity/reviews')).text();
        if (!questions.includes('ida-demo')) throw new Error('not matched yet');
      }, 30_000);
    }, 60_000);

    it('are answered by single keys, and an answer is taken back', async () => {
      const { page, complaints, close } = await open();
      await page.getByRole('columnheader', { name: 'Patient/ida-demo' }).waitFor();
      await page.getByRole('row', { name: /Given name.*Ida.*Liv.*against/ }).waitFor();
      const said = page.getByRole('status');
      for (const [key, words] of [
        ['s', 'They are linked now.'],
        ['d', 'They stay apart, whatever their score.'],
      ] as const) {
        await page.keyboard.press(key);
        await said.filter({ hasText: words }).waitFor();
        await page.getByText('No questions').waitFor();
        await page.keyboard.press('b');
        await page.getByRole('columnheader', { name: 'Patient/ida-demo' }).waitFor();
      }
      expect(complaints).toEqual([]);
      await close();
    });

    it.each(['light', 'dark'] as const)('have no axe violation in %s', async (colorScheme) => {
      const { page, complaints, close } = await open({ colorScheme });
      await page.getByRole('columnheader', { name: 'Patient/ida-demo' }).waitFor();
      expect(await axeViolations(page)).toEqual([]);
      await page.screenshot({ path: join(data, `identity-${colorScheme}.png`), fullPage: true });
      expect(complaints).toEqual([]);
      await close();
    });

    it.each([360, 768, 2_560])('do not overflow a window %i px wide', async (width) => {
      const { page, close } = await open({ viewport: { width, height: 900 } });
      await page.getByRole('columnheader', { name: 'Patient/ida-demo' }).waitFor();
      expect(await overflow(page)).toBe(0);
      await close();
    });
  });
});
