import { chromium } from 'playwright-core';
import { quietOverview } from '../../packages/api-contract/src/testing/quiet-overview.ts';
import { demoOverview } from './src/testing/demo-overview.ts';
import { startFixtureServer } from './src/testing/fixture-server.ts';

const AT = Date.parse('2026-11-24T04:06:12.345Z');
const mk = (o = {}) =>
  demoOverview({ atMs: AT, startedAtMs: AT - 5_400_000, total: 128_000, signals: 'open', ...o });
const s = await startFixtureServer(new URL('./dist', import.meta.url).pathname, mk());
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const want = process.argv.slice(2);
async function shot(
  name: string,
  w: number,
  h: number,
  scheme: 'light' | 'dark',
  go: (p: any) => Promise<void>,
  full = true,
) {
  if (want.length && !want.some((x) => name.startsWith(x))) return;
  const c = await b.newContext({
    viewport: { width: w, height: h },
    colorScheme: scheme,
    reducedMotion: 'reduce',
  });
  const p = await c.newPage();
  p.on('console', (m) => {
    if (m.type() === 'error' || m.type() === 'warning') console.log(name, m.text());
  });
  p.on('pageerror', (e) => console.log(name, 'ERR', e.message));
  await p.goto(s.url + '/console/');
  await p.getByRole('button', { name: /Sign in as Olivia/ }).waitFor();
  await go(p);
  await p.waitForTimeout(400);
  await p.screenshot({ path: `/tmp/shots/${name}.png`, fullPage: full });
  console.log(name, await p.evaluate(() => [document.documentElement.scrollWidth, innerWidth]));
  await c.close();
}
const into = async (p: any) => {
  await p.getByRole('button', { name: /Sign in as Olivia/ }).click();
  await p.getByRole('heading', { name: 'Requests' }).waitFor();
};
await shot('signin-light', 1280, 900, 'light', async () => {});
await shot('over-light', 1440, 1000, 'light', into);
await shot('over-dark', 1440, 1000, 'dark', into);
await shot('wide-light', 2560, 1300, 'light', into);

await shot('narrow-light',360,1500,'light',into,false); await shot('narrowb-light',360,1500,'light',async p=>{await into(p); await p.evaluate(()=>scrollTo(0,1500));},false);await shot('narrowc-light',360,1500,'light',async p=>{await into(p); await p.evaluate(()=>scrollTo(0,9000));},false); await shot('sheet-dark',900,700,'dark',async p=>{await into(p); await p.keyboard.press('?'); await p.getByRole('dialog').waitFor();},false); await shot('table-light',1280,900,'light',async p=>{await into(p); await p.getByRole('button',{name:'Show as table'}).click(); await p.getByRole('button',{name:/Show signed/}).click();},false);
await shot('signin-narrow', 360, 800, 'dark', async () => {});
await shot(
  'drawer-light',
  1440,
  1000,
  'light',
  async (p) => {
    await into(p);
    await p.getByRole('link', { name: /child processes/ }).click();
    await p.getByRole('dialog').waitFor();
  },
  false,
);
await shot('calm-dark', 1440, 1000, 'dark', async (p) => {
  await into(p);
  s.push(mk({ signals: 'none' }));
});
s.push(quietOverview());
await shot('quiet-light', 1440, 1000, 'light', async (p) => {
  await p.getByRole('button', { name: /Sign in as Olivia/ }).click();
  await p.getByRole('heading', { name: 'Requests' }).waitFor();
});
await shot('refused-light', 1280, 800, 'light', async (p) => {
  await p.getByRole('button', { name: /Sign in as Dr/ }).click();
  await p.getByRole('alert').waitFor();
});
await b.close();
await s.close();
