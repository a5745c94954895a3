// Goal: what people do with the console works in a real browser, on the files that get shipped.
// Method: build it, serve it with its content security policy from a fixture that implements the
// contract with generated data, and drive Chromium.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Overview } from '@holdfast/api-contract';
import { quietOverview } from '@holdfast/api-contract/testing';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, reasonToSkip } from './testing/chromium.ts';
import {
  axeViolations,
  type ConsoleTarget,
  openConsole,
  signIn,
  tabTo,
} from './testing/console-page.ts';
import { demoOverview } from './testing/demo-overview.ts';
import { describeConsole } from './testing/describe-console.ts';
import { type FixtureServer, fixtureToken, startFixtureServer } from './testing/fixture-server.ts';

/** Bytes over the wire on a first visit; the kit, React, the charts and the contract are most of it. */
const SCRIPT_BUDGET = 230_000;
const STYLE_BUDGET = 24_000;

const AT = Date.parse('2026-11-24T04:06:12.345Z');
const OPERATOR = /^Sign in as Olivia Reyes$/;

let dist = '';

beforeAll(async () => {
  dist = await mkdtemp(join(tmpdir(), 'holdfast-console-dist-'));
  const vite = join(createRequire(import.meta.url).resolve('vite/package.json'), '../bin/vite.js');
  const args = [vite, 'build', '--outDir', dist, '--emptyOutDir', '--logLevel', 'warn'];
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const env = { ...process.env, NODE_ENV: 'production' };
  await promisify(execFile)(process.execPath, args, { cwd, env });
});

afterAll(() => rm(dist, { recursive: true, force: true }));

async function gzipped(extension: string): Promise<number> {
  const names = await readdir(dist, { recursive: true });
  const sizes = names
    .filter((name) => name.endsWith(extension))
    .map(async (name) => gzipSync(await readFile(join(dist, name))).length);
  return (await Promise.all(sizes)).reduce((total, size) => total + size, 0);
}

describe('the built console', () => {
  it('stays within its byte budget', async () => {
    const [scripts, styles] = await Promise.all([gzipped('.js'), gzipped('.css')]);
    expect(scripts).toBeGreaterThan(50_000);
    expect(scripts).toBeLessThanOrEqual(SCRIPT_BUDGET);
    expect(styles).toBeLessThanOrEqual(STYLE_BUDGET);
  });

  it('has no inline script or style in its page', async () => {
    const html = await readFile(join(dist, 'index.html'), 'utf8');
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
    expect(html).not.toMatch(/<style|\bstyle=|\bon\w+=/);
  });
});

const skip = reasonToSkip();
if (skip !== undefined) console.warn(skip);

describe.skipIf(skip !== undefined)('in Chromium', () => {
  let browser: Browser;
  let server: FixtureServer;
  let screenshots = '';
  const target: ConsoleTarget = {
    baseUrl: () => server.url,
    browser: () => browser,
    operator: OPERATOR,
    screenshots: () => screenshots,
  };
  const overview = (total: number, signals: 'none' | 'open' = 'open', seconds = 0): Overview =>
    demoOverview({ atMs: AT + seconds * 1_000, startedAtMs: AT - 5_400_000, total, signals });

  /** Opens the overview on a server whose log holds `total` events. */
  const visit = async (total: number) => {
    server.push(overview(total));
    const opened = await openConsole(target);
    await signIn(opened.page, OPERATOR);
    return opened;
  };

  beforeAll(async () => {
    screenshots = await mkdtemp(join(tmpdir(), 'holdfast-console-shots-'));
    browser = await launchChromium();
    server = await startFixtureServer(dist, overview(128_000));
    console.log(`Screenshots of the console: ${screenshots}`);
  });

  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  describeConsole('generated data', target);

  it('opens a signal by keyboard, names everyone it reached, and gives the focus back', async () => {
    const { page, close } = await visit(128_000);
    await tabTo(page, /inference child processes exit/);
    await page.keyboard.press('Enter');
    const drawer = page.getByRole('dialog', { name: /inference child processes exit/ });
    await drawer.waitFor();
    expect(new URL(page.url()).searchParams.get('signal')).toBe(overview(1).signals[0]?.id);
    await drawer.getByRole('list', { name: 'Patient ids' }).waitFor();
    expect(await drawer.getByRole('listitem').count()).toBe(14);
    expect(await axeViolations(page)).toEqual([]);
    await page.screenshot({ path: join(screenshots, 'signal.png') });

    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement?.className.includes('signal__link'));
    expect(new URL(page.url()).search).toBe('');
    await close();
  });

  it('keeps a shared link through signing in', async () => {
    const id = overview(1).signals[1]?.id ?? '';
    const { page, close } = await openConsole(target, { search: `?signal=${id}` });
    await signIn(page, OPERATOR);
    await page.getByRole('dialog', { name: /stream is parked/ }).waitFor();
    expect(new URL(page.url()).searchParams.get('signal')).toBe(id);
    await close();
  });

  it('walks along a chart by arrow keys, and shows the same values as a table', async () => {
    const { page, close } = await visit(128_000);
    await tabTo(page, /last minute, chart$/);
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    const spoken = page.getByRole('status').getByText(/^04:06:10: Requests \d+, Denied \d+/);
    await page.getByText(/^04:06:10: Requests \d+, Denied \d+, Failed \d+$/).waitFor();
    const requests = /Requests (\d+)/.exec((await spoken.textContent()) ?? '')?.[1] ?? 'none';
    await page.getByRole('button', { name: 'Show as table' }).press('Enter');
    const row = page.getByRole('row', { name: /^04:06:10/ });
    expect(await row.getByRole('cell').first().textContent()).toBe(requests);
    await close();
  });

  it('says honestly when it is cut off, and resumes after the last id it saw', async () => {
    const { page, complaints, close } = await visit(200);
    server.cut(1_000);
    await page.getByText('Reconnecting', { exact: true }).first().waitFor();
    await page.getByText(/The figures below are from/).waitFor();
    await page.screenshot({ path: join(screenshots, 'reconnecting.png') });
    server.cut(0);
    await page.getByText('Live', { exact: true }).first().waitFor();
    expect(server.resumedFrom.at(-1)).toMatch(/^\d+$/);
    expect(complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
    await close();
  });

  it('counts what passes behind a paused page, and what passes unseen', async () => {
    const { page, close } = await visit(1_000);
    await page.keyboard.press('p');
    server.push(overview(1_012, 'open', 1));
    await page.getByText('Paused, 12 new events').first().waitFor();
    expect(await page.getByText('as of 2026-11-24 04:06:12 UTC').count()).toBe(1);
    await page.keyboard.press('p');
    await page.getByText('as of 2026-11-24 04:06:13 UTC').waitFor();
    server.push(overview(1_099, 'open', 2));
    await page.getByText(/Gap: 37 events before/).waitFor();
    await close();
  });

  it('tells somebody without the role why, and lets them be somebody else', async () => {
    const { page, close } = await openConsole(target);
    await page.getByRole('button', { name: 'Sign in as Maria Lindqvist' }).click();
    await page.getByText('This page is for operators and compliance officers').waitFor();
    await page.getByText(/^As Maria Lindqvist use the FHIR API/).waitFor();
    expect(await page.getByText(/\/fhir\/R4\/Patient\?_count=3/).count()).toBe(1);
    expect(await axeViolations(page)).toEqual([]);
    await page.screenshot({ path: join(screenshots, 'refused.png') });
    await page.getByRole('button', { name: 'Sign in as somebody else' }).click();
    await page.getByRole('heading', { level: 1, name: 'Who are you today?' }).waitFor();
    await close();
  });

  it.each(['light', 'dark'] as const)('in production takes a token, in %s', async (colorScheme) => {
    server.production(true);
    const { page, close } = await openConsole(target, { colorScheme });
    const field = page.getByLabel('Access token');
    await field.fill('nonsense');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('This is no signed JWT, or it has expired.').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.screenshot({ path: join(screenshots, `token-${colorScheme}.png`) });
    await field.fill(fixtureToken('olivia-reyes'));
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('navigation', { name: 'Five questions' }).waitFor();
    server.production(false);
    await close();
  });

  it('teaches what belongs into an empty page and how to fill it', async () => {
    server.push(quietOverview());
    const { page, complaints, close } = await openConsole(target);
    await signIn(page, OPERATOR);
    await page.getByText('The event log is empty').waitFor();
    await page.getByText('No open signals').first().waitFor();
    expect(await page.getByText(/curl -s .*Authorization/).count()).toBeGreaterThan(0);
    expect(await axeViolations(page)).toEqual([]);
    await page.screenshot({ path: join(screenshots, 'empty.png'), fullPage: true });
    expect(complaints).toEqual([]);
    await close();
  });

  it('remembers a chosen scheme over the system’s', async () => {
    const { page, close } = await openConsole(target, { colorScheme: 'light' });
    const scheme = () => page.locator('html').getAttribute('data-mantine-color-scheme');
    expect(await scheme()).toBe('light');
    await page.getByText('Dark', { exact: true }).click();
    await page.reload();
    expect(await scheme()).toBe('dark');
    await close();
  });
});
