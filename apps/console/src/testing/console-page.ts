import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** What a console under test needs: where it is, a browser, and as whom to sign in. */
export interface ConsoleTarget {
  /** Root of the server, without `/console`. Asked for late: it may start in a `beforeAll`. */
  readonly baseUrl: () => string;
  readonly browser: () => Browser;
  /** Name of a persona that may operate, as its card shows it. */
  readonly operator: RegExp;
  /** Folder for screenshots. */
  readonly screenshots: () => string;
}

/** A page of its own, and everything it complained about. */
export interface OpenConsole {
  readonly page: Page;
  /** Console errors, page errors and content security policy violations. */
  readonly complaints: string[];
  readonly close: () => Promise<void>;
}

/** Opens `/console/` with the given search in a fresh profile. */
export async function openConsole(
  target: ConsoleTarget,
  options: BrowserContextOptions & { readonly search?: string } = {},
): Promise<OpenConsole> {
  const { search = '', ...context } = options;
  const opened = await target.browser().newContext({ reducedMotion: 'reduce', ...context });
  const page = await opened.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(`${target.baseUrl()}/console/${search}`);
  return { page, complaints, close: () => opened.close() };
}

/** Signs in by mouse and waits for the first snapshot. */
export async function signIn(page: Page, operator: RegExp): Promise<void> {
  await page.getByRole('button', { name: operator }).click();
  await page.getByRole('navigation', { name: 'Five questions' }).waitFor();
}

/** Presses Tab until the element with this accessible name has the focus. */
export async function tabTo(page: Page, name: RegExp, limit = 60): Promise<void> {
  for (let i = 0; i < limit; i++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute('aria-label') ?? element?.textContent ?? '';
    });
    if (name.test(focused)) return;
  }
  throw new Error(`${String(name)} is not reached by ${limit} presses of Tab`);
}

/** Every WCAG 2.2 A and AA violation that axe can see, and its best practices, in short. */
export async function axeViolations(page: Page): Promise<string[]> {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary}`),
  );
}

/** By how many pixels the page is wider than its window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
