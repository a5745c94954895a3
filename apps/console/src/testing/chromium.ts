import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Debian's package puts it. */
const CHROMIUM = '/usr/bin/chromium';

/** Why the browser tests cannot run here, in one line; undefined where they can. In CI they must. */
export function reasonToSkip(): string | undefined {
  if (existsSync(CHROMIUM) || process.env['CI'] !== undefined) return undefined;
  return 'Console browser tests skipped: no Chromium here. Get it with: apt-get install -y chromium';
}

/** A headless Chromium with a profile of its own that speaks to nobody but the page's server. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-background-networking', '--disable-gpu'],
  });
}
