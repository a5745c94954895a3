// Goal: where there is no development sign-in, the console is opened with a name and a password.
// Method: start the built product for production, add an officer, and go through the pages.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, reasonToSkip } from './testing/chromium.ts';
import { axeViolations } from './testing/console-page.ts';
import { type ServedHoldfast, serveHoldfast } from './testing/serve-holdfast.ts';

describe.skipIf(reasonToSkip() !== undefined)('the console in production', () => {
  const data = mkdtempSync(join(tmpdir(), 'holdfast-sign-in-data-'));
  const password = 'a sentence is easy to keep';
  let server: ServedHoldfast;
  let browser: Browser;

  beforeAll(async () => {
    [server, browser] = await Promise.all([serveHoldfast(data, 'production'), launchChromium()]);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await server.deleteData();
    rmSync(data, { recursive: true, force: true });
  });

  it('signs in on the pages of the server and comes back', async () => {
    const add = [
      'users',
      'add',
      'haddad',
      '--as',
      'Person/o-haddad',
      '--role',
      'compliance-officer',
    ];
    const said = await server.command([...add, '--display-name', 'Samir Haddad'], password);
    expect(said).toBe('haddad may sign in as Person/o-haddad (compliance-officer).\n');
    const context = await browser.newContext();
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      // The development sign-in is asked for, and is not there.
      if (message.type() === 'error' && !message.text().includes('404'))
        complaints.push(message.text());
    });
    await page.goto(`${server.url}/console/`);
    await page.getByRole('button', { name: 'Sign in with your name' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Sign in with your name' }).click();
    await page.getByLabel('Name').fill('haddad');
    await page.getByLabel('Password').fill('not this one at all');
    await page.keyboard.press('Enter');
    await page.getByText('The name or the password is wrong.').waitFor();
    await page.getByLabel('Password').fill(password);
    await page.keyboard.press('Enter');
    await page.getByRole('navigation', { name: 'Five questions' }).waitFor();
    await page.getByText('Samir Haddad').first().waitFor();
    expect(new URL(page.url()).search).not.toContain('code');
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([]);
    await server.command(['users', 'disable', 'haddad'], '');
    const token = await page.evaluate(() => sessionStorage.getItem('holdfast.session') ?? '{}');
    const { token: bearer } = JSON.parse(token) as { token: string };
    const answer = await fetch(`${server.url}/operations/overview`, {
      headers: { authorization: `Bearer ${bearer}` },
    });
    expect(answer.status).toBe(401);
    await context.close();
  }, 90_000);
});
