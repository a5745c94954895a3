import { type Bench, type BenchOptions, numberSetting, type Outcome } from './bench.ts';
import { closedLoop } from './closed-loop.ts';
import { openLoop } from './open-loop.ts';
import type { FloodPlan } from './overload/flood.ts';
import { startFlood } from './overload/start-flood.ts';
import { median, quantile } from './quantile.ts';
import { FhirClient } from './server/fhir-client.ts';
import { type HoldfastProcess, startHoldfast } from './server/holdfast-process.ts';
import { gatherStatistics, openStage } from './server/stage.ts';

const CALLERS = 16;
const CARE_NOW_PER_SECOND = 20;
/** Of what the server can sustain: what a calm day asks for. */
const CALM_LOAD = 0.3;
/** Callers of the crowd: each waits for its answer before it asks again, as browsers and apps do. */
const FLOOD_CONNECTIONS = 1_024;
const CARE_NOW_PATHS = ['Patient/ada-demo', 'Observation?patient=ada-demo&_count=20'];
const FLOOD_PATHS = [
  '/fhir/R4/Patient/ada-demo',
  '/fhir/R4/Observation?patient=ada-demo&_count=20',
  '/fhir/R4/Encounter?patient=ada-demo',
];

/** What a clinician feels while a crowd asks for ten times what the server can do. */
export const overloadBench: Bench = {
  name: 'overload',
  summary: "care-now's p99 under ten times the sustainable load, over its calm value",
  settings: { rounds: '3', seconds: '8', times: '10' },
  run: async (options) => {
    const stage = await openStage();
    const server = await startHoldfast(stage.databaseUrl, stage.dataDirectory);
    try {
      await gatherStatistics(stage.admin);
      return { figures: await measure(server, options), postgres: stage.postgres.version };
    } finally {
      await server.stop();
      await stage.close();
    }
  },
};

async function measure(
  server: HoldfastProcess,
  options: BenchOptions,
): Promise<Outcome['figures']> {
  const setting = (name: string) => numberSetting(overloadBench, options, name);
  const [seconds, times] = [setting('seconds'), setting('times')];
  const crowd = await server.token('patient');
  const sustainable = await sustainableRate(server, crowd, seconds);
  options.log(`sustains ${Math.round(sustainable)} requests/s`);
  const flood = (load: number): FloodPlan => ({
    url: server.origin,
    token: crowd,
    paths: FLOOD_PATHS,
    connections: FLOOD_CONNECTIONS,
    perSecond: Math.max(1, Math.round(sustainable * load)),
    seconds: seconds + 2,
  });
  const clinician = new FhirClient(server.origin, await server.token('clinician'), CALLERS);
  const rounds: Record<string, number>[] = [];
  try {
    for (let round = 1; round <= setting('rounds'); round++) {
      const calm = await under(flood(CALM_LOAD), clinician, seconds);
      const crowded = await under(flood(times), clinician, seconds);
      rounds.push({
        'careNow.calmP99Ms': calm.p99Ms,
        'careNow.p99Ms': crowded.p99Ms,
        'careNow.p99Ratio': crowded.p99Ms / calm.p99Ms,
        'careNow.refusedShare': crowded.unanswered,
        'offered.ratio': times,
        'sent.ratio': crowded.sentPerSecond / sustainable,
        'flood.cpuShare': crowded.cpuShare,
        'crowd.calmAnsweredPerSecond': calm.answeredPerSecond,
        'crowd.answeredPerSecond': crowded.answeredPerSecond,
        'crowd.broken': crowded.broken,
      });
      options.log(`round ${round}: ${JSON.stringify(rounds.at(-1))}`);
    }
  } finally {
    clinician.close();
  }
  const names = Object.keys(rounds[0] ?? {});
  const medians = names.map((name) => [
    name,
    median(rounds.map((each) => each[name] ?? Number.NaN)),
  ]);
  return { 'sustainable.rps': sustainable, ...Object.fromEntries(medians) } as Outcome['figures'];
}

async function sustainableRate(
  server: HoldfastProcess,
  token: string,
  seconds: number,
): Promise<number> {
  const client = new FhirClient(server.origin, token, CALLERS);
  let nth = 0;
  const ask = async () => {
    const path = FLOOD_PATHS[nth++ % FLOOD_PATHS.length] ?? '';
    await client.send('GET', path.replace('/fhir/R4/', ''));
  };
  try {
    await closedLoop(CALLERS, (seconds * 1_000) / 2, ask);
    const { requests, seconds: took } = await closedLoop(CALLERS, seconds * 1_000, ask);
    return requests / took;
  } finally {
    client.close();
  }
}

async function under(plan: FloodPlan, clinician: FhirClient, seconds: number) {
  const flooding = startFlood(plan);
  // The flood's process starts and opens its connections within the first seconds.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  let nth = 0;
  let asked = 0;
  const latencies = await openLoop(CARE_NOW_PER_SECOND, (seconds - 1) * 1_000, async () => {
    asked += 1;
    const path = CARE_NOW_PATHS[nth++ % CARE_NOW_PATHS.length] ?? '';
    return (await clinician.send('GET', path)).status === 200;
  });
  const result = await flooding;
  return {
    p99Ms: quantile(latencies, 0.99),
    unanswered: 1 - latencies.length / asked,
    sentPerSecond: result.sent / plan.seconds,
    answeredPerSecond: result.answered / plan.seconds,
    broken: result.broken,
    cpuShare: result.cpuShare,
  };
}
