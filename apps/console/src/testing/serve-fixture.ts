// `npm run demo -w apps/console`: the built console on a server of generated data, for working on
// how it looks without a database.
import { demoOverview } from './demo-overview.ts';
import { startFixtureServer } from './fixture-server.ts';

const startedAtMs = Date.now();
const dist = new URL('../../dist', import.meta.url).pathname;
const snapshot = () => {
  const atMs = Date.now();
  const total = 128_000 + Math.floor((atMs - startedAtMs) / 180);
  return demoOverview({ atMs, startedAtMs: startedAtMs - 5_400_000, total, signals: 'open' });
};
const server = await startFixtureServer(dist, snapshot());
setInterval(() => server.push(snapshot()), 1_000);
console.log(`Console with generated data: ${server.url}/console/`);
