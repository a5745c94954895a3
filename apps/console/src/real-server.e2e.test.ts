// Goal: the console works on the product itself, not only on the fixture.
// Method: start the built product as a user does and take the shared browser steps.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { launchChromium, reasonToSkip } from './testing/chromium.ts';
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

  describeConsole('the running product', {
    baseUrl: () => server.url,
    browser: () => browser,
    operator: /^Sign in as Aino Virtanen$/,
    screenshots: () => data,
  });
});
