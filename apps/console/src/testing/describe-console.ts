import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  axeViolations,
  type ConsoleTarget,
  openConsole,
  overflow,
  signIn,
  tabTo,
} from './console-page.ts';

const SCHEMES = ['light', 'dark'] as const;

/**
 * What must hold of the console on any server that implements the contract, whatever it has to
 * show. Run against the fixture here and against the real server by its own tests.
 */
export function describeConsole(name: string, target: ConsoleTarget): void {
  describe(`the console on ${name}`, () => {
    it.each(SCHEMES)('has no axe violation in %s, on every page', async (colorScheme) => {
      const { page, complaints, close } = await openConsole(target, { colorScheme });
      await page.getByRole('button', { name: target.operator }).waitFor();
      expect(await axeViolations(page)).toEqual([]);
      await page.screenshot({ path: join(target.screenshots(), `sign-in-${colorScheme}.png`) });

      await signIn(page, target.operator);
      expect(await axeViolations(page)).toEqual([]);
      const path = join(target.screenshots(), `overview-${colorScheme}.png`);
      await page.screenshot({ path, fullPage: true });

      await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
      await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
      expect(await axeViolations(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await close();
    });

    it('is usable by keyboard alone, from signing in to pausing and back', async () => {
      const { page, complaints, close } = await openConsole(target);
      await page.getByRole('button', { name: target.operator }).waitFor();
      await tabTo(page, /^Skip to content$/);
      await page.keyboard.press('Enter');
      await tabTo(page, target.operator);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
      await page.getByRole('navigation', { name: 'Five questions' }).waitFor();

      await page.keyboard.press('p');
      await page
        .getByText(/Paused, /)
        .first()
        .waitFor();
      await page.keyboard.press('p');
      await page.getByText('Live', { exact: true }).first().waitFor();

      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog', { name: 'Keyboard' }).waitFor({ state: 'detached' });
      expect(complaints).toEqual([]);
      await close();
    });

    it.each([360, 768, 2_560])('does not overflow a window %i px wide', async (width) => {
      const { page, close } = await openConsole(target, { viewport: { width, height: 900 } });
      await page.getByRole('button', { name: target.operator }).waitFor();
      expect(await overflow(page)).toBe(0);
      await signIn(page, target.operator);
      expect(await overflow(page)).toBe(0);
      const path = join(target.screenshots(), `overview-${width}.png`);
      await page.screenshot({ path, fullPage: true });
      await close();
    });

    it('shows every full time in the one chosen zone', async () => {
      const { page, close } = await openConsole(target, { timezoneId: 'Asia/Kolkata' });
      await signIn(page, target.operator);
      const zones = () =>
        page
          .locator('time[data-form="full"]')
          .evaluateAll((times) => [
            ...new Set(times.map((time) => time.textContent?.split(' ').at(-1))),
          ]);
      expect(await zones()).toEqual(['UTC']);
      await page.keyboard.press('z');
      await page
        .getByText(/GMT\+5:30/)
        .first()
        .waitFor();
      expect(await zones()).toEqual(['GMT+5:30']);
      await close();
    });

    it('has one h1, and headings that skip no level', async () => {
      const { page, close } = await openConsole(target);
      await signIn(page, target.operator);
      const levels = await page
        .locator('h1, h2, h3, h4')
        .evaluateAll((headings) => headings.map(({ tagName }) => Number(tagName[1])));
      expect(levels.filter((level) => level === 1)).toHaveLength(1);
      levels.reduce((before, level) => {
        expect(level).toBeLessThanOrEqual(before + 1);
        return level;
      }, 0);
      await close();
    });
  });
}
