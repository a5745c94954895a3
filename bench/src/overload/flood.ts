import autocannon from 'autocannon';

/** What the flood process is told on its command line, as JSON. */
export interface FloodPlan {
  readonly url: string;
  readonly token: string;
  readonly paths: readonly string[];
  readonly connections: number;
  readonly perSecond: number;
  readonly seconds: number;
}

/** What it prints when it is over. */
export interface FloodResult {
  readonly sent: number;
  readonly answered: number;
  readonly refused: number;
  /** Neither answered nor refused with 429 or 503: a crash or a stall. */
  readonly broken: number;
  /** Of one processor, that the flood itself took: it runs beside the server. */
  readonly cpuShare: number;
}

const plan = JSON.parse(process.argv[2] ?? '') as FloodPlan;

const began = performance.now();
const result = await autocannon({
  url: plan.url,
  connections: plan.connections,
  duration: plan.seconds,
  overallRate: plan.perSecond,
  headers: { authorization: `Bearer ${plan.token}`, accept: 'application/fhir+json' },
  requests: plan.paths.map((path) => ({ method: 'GET', path })),
});

const { user, system } = process.cpuUsage();
const codes: Readonly<Record<number, { readonly count?: number }>> = result.statusCodeStats ?? {};
const count = (...statuses: readonly number[]) =>
  statuses.reduce((sum, status) => sum + (codes[status]?.count ?? 0), 0);
const answered = count(200, 404);
const refused = count(429, 503);
const all = Object.values(codes).reduce((sum, { count: n = 0 }) => sum + n, 0);
const said: FloodResult = {
  sent: result.requests.sent,
  answered,
  refused,
  cpuShare: (user + system) / 1_000 / (performance.now() - began),
  broken: all - answered - refused + result.errors + result.timeouts,
};
process.stdout.write(`${JSON.stringify(said)}\n`);
